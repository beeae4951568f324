import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { formatInstant, type MicroEur } from '@opem/domain'
import PDFDocument from 'pdfkit'
import { dayBalance } from './formats.ts'
import type { ProvenStatement } from './gather.ts'

type Document = InstanceType<typeof PDFDocument>

// pdfkit's built-in fonts write western Europe only; these know every European alphabet.
const FONTS = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const INK = '#1b2a33'
const SOFT = '#5c6f7a'
const SHADE = '#f2f6f5'
const ACCENT = '#0b6e5d'
const MARGIN = 48
const WIDTH = 595.28 - 2 * MARGIN

const kwh = (wh: bigint): string =>
  (Number(wh) / 1000).toLocaleString('en-GB', { minimumFractionDigits: 3, maximumFractionDigits: 3 })
const euro = (micro: bigint): string => {
  const sign = micro < 0n ? '−' : ''
  const digits = (micro < 0n ? -micro : micro).toString().padStart(7, '0')
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

interface Column {
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
}

/** A table that goes on with its head on the next page. */
function table(
  doc: Document,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  lastIsSum: boolean,
): void {
  const height = 17
  const line = (cells: readonly string[], font: string, colour: string) => {
    let x = MARGIN
    const y = doc.y
    doc.font(font).fontSize(8.5).fillColor(colour)
    cells.forEach((cell, index) => {
      const { width, align } = columns[index]!
      doc.text(cell, x + 4, y + 4.5, { width: width - 8, align, lineBreak: false })
      x += width
    })
    doc.y = y + height
    doc.x = MARGIN
  }
  const head = () => {
    line(
      columns.map(({ title }) => title),
      'bold',
      SOFT,
    )
    doc
      .moveTo(MARGIN, doc.y)
      .lineTo(MARGIN + WIDTH, doc.y)
      .lineWidth(0.8)
      .strokeColor(INK)
      .stroke()
  }
  head()
  rows.forEach((cells, index) => {
    const isSum = lastIsSum && index === rows.length - 1
    if (doc.y + height > doc.page.height - MARGIN - 30) {
      doc.addPage()
      head()
    }
    if (isSum)
      doc
        .moveTo(MARGIN, doc.y)
        .lineTo(MARGIN + WIDTH, doc.y)
        .lineWidth(0.8)
        .strokeColor(INK)
        .stroke()
    else if (index % 2 === 1) doc.rect(MARGIN, doc.y, WIDTH, height).fill(SHADE)
    line(cells, isSum ? 'bold' : 'regular', INK)
  })
}

function heading(doc: Document, text: string): void {
  doc.moveDown(1.1)
  doc.font('bold').fontSize(11).fillColor(ACCENT).text(text, MARGIN)
  doc.moveDown(0.3)
}

function letterhead(doc: Document, { profile, member, statement }: ProvenStatement): void {
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: statement.timeZone })
  const month = name.format(new Date(((statement.from + statement.to) / 2) * 1000))
  doc.rect(0, 0, doc.page.width, 6).fill(ACCENT)
  doc.font('regular').fontSize(9).fillColor(SOFT).text(profile.name, MARGIN, 34)
  doc.font('bold').fontSize(20).fillColor(INK).text(`Energy statement, ${month}`, MARGIN, 48)
  doc.moveDown(0.4)
  doc.font('bold').fontSize(11).text(member.name)
  doc.font('regular').fontSize(8).fillColor(SOFT).text(`Member ${member.id}`)
  doc.text(
    `${formatInstant(statement.from)} to ${formatInstant(statement.to)} (${statement.timeZone}), ${statement.periods} settled periods`,
  )
}

function balance(doc: Document, { statement }: ProvenStatement): void {
  const { balance: owed } = statement.money
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

const right = (title: string, width: number): Column => ({ title, width, align: 'right' })
const left = (title: string, width: number): Column => ({ title, width, align: 'left' })
const credit = (amount: MicroEur): string => euro(-amount)

function summary(doc: Document, { statement: { energy, money } }: ProvenStatement): void {
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
      ['Balance', '', euro(money.balance)],
    ],
    true,
  )
  doc.moveDown(0.4)
  doc
    .font('regular')
    .fontSize(7.5)
    .fillColor(SOFT)
    .text('Debits are rounded up and credits down to a millionth of a euro, once per statement.', MARGIN)
}

function days(doc: Document, { statement }: ProvenStatement): void {
  heading(doc, 'Day by day')
  const width = (WIDTH - 76) / 7
  const titles = ['Import', 'Export', 'Bought', 'Sold', 'Retailer', 'Fed in']
  const columns = [left('Day', 76), ...titles.map((title) => right(title, width)), right('Balance, €', width)]
  const cells = ({
    energyImport,
    energyExport,
    bought,
    sold,
    gridImport,
    gridExport,
  }: ProvenStatement['statement']['energy']) =>
    [energyImport, energyExport, bought, sold, gridImport, gridExport].map(kwh)
  const rows = statement.days.map((day) => [day.date, ...cells(day.energy), euro(dayBalance(day))])
  table(doc, columns, [...rows, ['kWh', ...cells(statement.energy), euro(statement.money.balance)]], true)
}

function proven(doc: Document, { profile, member, statement, proof }: ProvenStatement): void {
  heading(doc, 'How to check it')
  const words = `Every balance above was proven against ${proof.batches.length} Merkle roots on chain ${proof.chainId}, contract ${proof.settlement}, before this page was made. Anybody with the evidence recomputes it:`
  doc.font('regular').fontSize(8).fillColor(SOFT).text(words, MARGIN, doc.y, { width: WIDTH })
  doc.moveDown(0.4)
  const command = `opem statement --community ${profile.id} --member ${member.id} --month ${statement.month} --format json`
  doc.font('mono').fontSize(6.2).fillColor(INK).text(command, MARGIN, doc.y, { width: WIDTH })
}

function footers(doc: Document, { profile, member, statement }: ProvenStatement): void {
  const { start, count } = doc.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page)
    // The footer stands below the text's own margin, which would otherwise begin a new page.
    doc.page.margins.bottom = 0
    const words = `${profile.name} · ${member.name} · ${statement.month} · page ${page + 1} of ${count}`
    doc
      .font('regular')
      .fontSize(7)
      .fillColor(SOFT)
      .text(words, MARGIN, doc.page.height - 36, { width: WIDTH, align: 'center', lineBreak: false })
  }
}

/** The statement as a letter of A4 pages. */
export function statementPdf(proved: ProvenStatement): Promise<Buffer> {
  const { profile, member, statement } = proved
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: `Energy statement ${statement.month}, ${member.name}`, Author: profile.name, Creator: 'OPEM' },
  })
  doc.registerFont('regular', join(FONTS, 'DejaVuSans.ttf'))
  doc.registerFont('bold', join(FONTS, 'DejaVuSans-Bold.ttf'))
  doc.registerFont('mono', join(FONTS, 'DejaVuSansMono.ttf'))
  doc.lineGap(1.5)
  for (const section of [letterhead, balance, summary, days, proven]) section(doc, proved)
  footers(doc, proved)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
    doc.end()
  })
}
