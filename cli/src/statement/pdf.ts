import { join } from 'node:path'
import {
  billed,
  describeStanding,
  formatInstant,
  type MicroEur,
  type StatementEnergy,
  type StatementFile,
  type UnmeasuredPeriod,
} from '@opem/domain'
import PDFDocument from 'pdfkit'
import {
  ACCENT,
  type Document,
  euro,
  FONTS,
  heading,
  INK,
  kwh,
  left,
  MARGIN,
  right,
  SHADE,
  SOFT,
  table,
  WIDTH,
} from './pdf-table.ts'

function letterhead(doc: Document, { community, member, statement, standing }: StatementFile): void {
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: statement.timeZone })
  const month = name.format(new Date(((statement.from + statement.to) / 2) * 1000))
  doc.rect(0, 0, doc.page.width, 6).fill(ACCENT)
  doc.font('regular').fontSize(9).fillColor(SOFT).text(community.name, MARGIN, 34)
  doc.font('bold').fontSize(20).fillColor(INK).text(`Energy statement, ${month}`, MARGIN, 48)
  doc.moveDown(0.4)
  doc.font('bold').fontSize(11).text(member.name)
  doc.font('regular').fontSize(8).fillColor(SOFT).text(`Member ${member.id}`)
  doc.text(
    `${formatInstant(statement.from)} to ${formatInstant(statement.to)} (${statement.timeZone}), ${statement.periods} settled periods`,
  )
  doc.text(`At ${formatInstant(standing.asOf)}: ${describeStanding(standing)}`)
}

function balance(doc: Document, { statement }: StatementFile): void {
  const owed = statement.due
  doc.moveDown(0.9)
  const y = doc.y
  doc.roundedRect(MARGIN, y, WIDTH, 50, 5).fill(SHADE)
  doc
    .font('regular')
    .fontSize(9)
    .fillColor(SOFT)
    .text(owed < 0n ? 'To be paid to you' : 'To be paid by you', MARGIN + 14, y + 19)
  doc
    .font('bold')
    .fontSize(19)
    .fillColor(INK)
    .text(`€ ${euro(owed < 0n ? -owed : owed)}`, MARGIN, y + 13, { width: WIDTH - 14, align: 'right' })
  doc.x = MARGIN
  doc.y = y + 52
}

const credit = (amount: MicroEur): string => euro(-amount)

function summary(doc: Document, { statement: { energy, money, adjustments, due } }: StatementFile): void {
  heading(doc, 'What it is made of')
  const columns = [left('', WIDTH - 220), right('Energy, kWh', 110), right('Amount, €', 110)]
  table(
    doc,
    columns,
    [
      ['Bought from neighbours', kwh(energy.bought), euro(money.communityDebit)],
      ['Bought from the retailer', kwh(energy.gridImport), euro(money.commercialDebit)],
      ['Sold to neighbours', kwh(energy.sold), credit(money.communityCredit)],
      ['Fed into the grid', kwh(energy.gridExport), credit(money.feedInCredit)],
      ['Balance of the month', '', euro(money.balance)],
      ...(adjustments.lines.length === 0
        ? []
        : [['Adjustments of earlier periods', '', euro(adjustments.money.balance)]]),
      ['Due', '', euro(due)],
    ],
    true,
  )
  doc.moveDown(0.4)
  doc
    .font('regular')
    .fontSize(7.5)
    .fillColor(SOFT)
    .text('Debits are rounded up and credits down to a millionth of a euro, once per amount and section.', MARGIN)
}

function days(doc: Document, { statement }: StatementFile): void {
  heading(doc, 'Day by day')
  const width = (WIDTH - 76) / 7
  const titles = ['Import', 'Export', 'Bought', 'Sold', 'Retailer', 'Fed in']
  const columns = [left('Day', 76), ...titles.map((title) => right(title, width)), right('Balance, €', width)]
  const cells = ({ energyImport, energyExport, bought, sold, gridImport, gridExport }: StatementEnergy) =>
    [energyImport, energyExport, bought, sold, gridImport, gridExport].map(kwh)
  const rows = statement.days.map((day) => [day.date, ...cells(day.energy), euro(billed(day.exact).balance)])
  table(doc, columns, [...rows, ['kWh', ...cells(statement.energy), euro(statement.money.balance)]], true)
}

function adjustments(doc: Document, { statement: { adjustments } }: StatementFile): void {
  if (adjustments.lines.length === 0) return
  heading(doc, 'Adjustments: what became known this month about final periods')
  const width = (WIDTH - 186) / 5
  const titles = ['Bought', 'Sold', 'Retailer', 'Fed in']
  const columns = [left('Period', 156), right('No.', 30), ...titles.map((title) => right(`${title}, kWh`, width))]
  const rows = adjustments.lines.map(({ start, number, energy, exact }) => [
    formatInstant(start),
    String(number),
    ...[energy.bought, energy.sold, energy.gridImport, energy.gridExport].map(kwh),
    euro(billed(exact).balance),
  ])
  const sum = ['Together, rounded once', '', '', '', '', '', euro(adjustments.money.balance)]
  table(doc, [...columns, right('Balance, €', width)], [...rows, sum], true)
}

const because = ({ start, reasons }: UnmeasuredPeriod): string => `${formatInstant(start)} ${reasons.join(' and ')}`

function unmeasured(doc: Document, { statement }: StatementFile): void {
  if (statement.unmeasured.length === 0) return
  heading(doc, 'Periods that rest on substituted or estimated readings')
  const words = statement.unmeasured.map(because).join(' · ')
  doc.font('regular').fontSize(7.5).fillColor(INK).text(words, MARGIN, doc.y, { width: WIDTH })
}

function proven(doc: Document, { community, member, statement, proof }: StatementFile): void {
  heading(doc, 'How to check it')
  const words = `Every balance above was proven against ${proof.batches.length} Merkle roots on chain ${proof.chainId}, contract ${proof.settlement}, before this page was made. Anybody with the evidence recomputes it:`
  doc.font('regular').fontSize(8).fillColor(SOFT).text(words, MARGIN, doc.y, { width: WIDTH })
  doc.moveDown(0.4)
  const command = `opem statement --community ${community.id} --member ${member.id} --month ${statement.month} --format json`
  doc.font('mono').fontSize(6.2).fillColor(INK).text(command, MARGIN, doc.y, { width: WIDTH })
}

function footers(doc: Document, { community, member, statement }: StatementFile): void {
  const { start, count } = doc.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page)
    // The footer stands below the text's own margin, which would otherwise begin a new page.
    doc.page.margins.bottom = 0
    const words = `${community.name} · ${member.name} · ${statement.month} · page ${page + 1} of ${count}`
    doc
      .font('regular')
      .fontSize(7)
      .fillColor(SOFT)
      .text(words, MARGIN, doc.page.height - 36, { width: WIDTH, align: 'center', lineBreak: false })
  }
}

/** The statement as a letter of A4 pages. */
export function statementPdf(proved: StatementFile): Promise<Buffer> {
  const { community, member, statement } = proved
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: `Energy statement ${statement.month}, ${member.name}`, Author: community.name, Creator: 'OPEM' },
  })
  doc.registerFont('regular', join(FONTS, 'DejaVuSans.ttf'))
  doc.registerFont('bold', join(FONTS, 'DejaVuSans-Bold.ttf'))
  doc.registerFont('mono', join(FONTS, 'DejaVuSansMono.ttf'))
  doc.lineGap(1.5)
  for (const section of [letterhead, balance, summary, adjustments, unmeasured, days, proven]) section(doc, proved)
  footers(doc, proved)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
    doc.end()
  })
}
