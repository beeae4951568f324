import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import PDFDocument from 'pdfkit'

type Document = InstanceType<typeof PDFDocument>

// pdfkit's built-in fonts write western Europe only; these know every European alphabet.
const FONTS = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const [INK, SOFT, ACCENT] = ['#1b2a33', '#5c6f7a', '#0b6e5d']
const MARGIN = 48
const WIDTH = 595.28 - 2 * MARGIN

/** A letter of money: what a receipt and an invoice have in common. */
export interface Letter {
  readonly title: string
  readonly author: string
  /** Blocks side by side at the top: who to whom. */
  readonly sides: readonly { readonly title: string; readonly lines: readonly string[] }[]
  readonly facts: readonly (readonly [string, string])[]
  readonly columns: readonly { readonly title: string; readonly share: number; readonly isNumber?: true }[]
  readonly rows: readonly (readonly string[])[]
  readonly totals: readonly (readonly [string, string])[]
  readonly notes: readonly string[]
}

/** Structure elements of a tagged PDF take what they hold as a function that draws it. */
type Tagged = Document & {
  struct(type: string, inside: (() => void) | object[]): object
  addStructure(it: object): void
}

/** A4, tagged (a screen reader follows headings, tables and paragraphs), in English. */
export function letterPdf(letter: Letter): Promise<Buffer> {
  const doc = new PDFDocument({
    ...{ size: 'A4', margin: MARGIN, tagged: true, lang: 'en', displayTitle: true, pdfVersion: '1.7' },
    info: { Title: letter.title, Author: letter.author, Creator: 'OPEM' },
  } as never) as Tagged
  doc.registerFont('regular', join(FONTS, 'DejaVuSans.ttf'))
  doc.registerFont('bold', join(FONTS, 'DejaVuSans-Bold.ttf'))
  const done = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
  doc.rect(0, 0, doc.page.width, 6).fill(ACCENT)
  heading(doc, letter)
  sides(doc, letter)
  facts(doc, letter.facts, WIDTH)
  table(doc, letter)
  facts(doc, letter.totals, WIDTH, true)
  for (const note of letter.notes)
    doc.addStructure(
      doc.struct('P', () => {
        doc
          .font('regular')
          .fontSize(8)
          .fillColor(SOFT)
          .text(note, MARGIN, doc.y + 6, { width: WIDTH })
      }),
    )
  doc.end()
  return done
}

const heading = (doc: Tagged, { title }: Letter) =>
  doc.addStructure(
    doc.struct('H1', () => {
      doc.font('bold').fontSize(20).fillColor(INK).text(title, MARGIN, 48, { width: WIDTH })
    }),
  )

function sides(doc: Tagged, { sides: of }: Letter): void {
  const [top, width] = [doc.y + 18, WIDTH / Math.max(of.length, 1)]
  let lowest = top
  of.forEach(({ title, lines }, index) => {
    doc.addStructure(
      doc.struct('P', () => {
        const x = MARGIN + index * width
        doc
          .font('regular')
          .fontSize(8)
          .fillColor(SOFT)
          .text(title, x, top, { width: width - 12 })
        doc
          .font('bold')
          .fontSize(10)
          .fillColor(INK)
          .text(lines[0] ?? '', { width: width - 12 })
        doc
          .font('regular')
          .fontSize(9)
          .text(lines.slice(1).join('\n'), { width: width - 12 })
        lowest = Math.max(lowest, doc.y)
      }),
    )
  })
  doc.y = lowest + 14
}

function facts(doc: Tagged, of: Letter['facts'], width: number, isSum = false): void {
  for (const [index, [name, value]] of of.entries()) {
    const bold = isSum && index === of.length - 1
    doc.addStructure(
      doc.struct('P', () => {
        const y = doc.y + 3
        doc
          .font(bold ? 'bold' : 'regular')
          .fontSize(9)
          .fillColor(bold ? INK : SOFT)
        doc.text(name, isSum ? MARGIN + width / 2 : MARGIN, y, { width: isSum ? width / 4 : 110 })
        const below = doc.y
        const place = isSum
          ? { x: MARGIN + (width * 3) / 4, width: width / 4 - 4 }
          : { x: MARGIN + 114, width: width - 114 }
        doc.fillColor(INK).text(value, place.x, y, { width: place.width, align: isSum ? 'right' : 'left' })
        doc.y = Math.max(doc.y, below)
      }),
    )
  }
  doc.y += 12
}

function table(doc: Tagged, { columns, rows }: Letter): void {
  const widths = columns.map(({ share }) => share * WIDTH)
  const row = (cells: readonly string[], kind: 'TH' | 'TD') => {
    const font = kind === 'TH' ? 'bold' : 'regular'
    doc.font(font).fontSize(8.5)
    const height = Math.max(...cells.map((cell, i) => doc.heightOfString(cell, { width: widths[i]! - 8 }))) + 8
    if (doc.y + height > doc.page.height - MARGIN) doc.addPage()
    const y = doc.y
    let x = MARGIN
    const parts = cells.map((cell, i) => {
      const at = x
      x += widths[i]!
      return doc.struct(kind, () => {
        doc
          .font(font)
          .fontSize(8.5)
          .fillColor(kind === 'TH' ? SOFT : INK)
        doc.text(cell, at + 4, y + 4, { width: widths[i]! - 8, align: columns[i]!.isNumber ? 'right' : 'left' })
      })
    })
    const made = doc.struct('TR', parts)
    for (const part of parts) (part as { end(): void }).end()
    doc.y = y + height
    doc
      .moveTo(MARGIN, doc.y)
      .lineTo(MARGIN + WIDTH, doc.y)
      .lineWidth(kind === 'TH' ? 0.8 : 0.3)
      .strokeColor(SOFT)
      .stroke()
    return made
  }
  if (rows.length === 0) return
  const made = [
    row(
      columns.map(({ title }) => title),
      'TH',
    ),
    ...rows.map((cells) => row(cells, 'TD')),
  ]
  doc.addStructure(doc.struct('Table', made))
  doc.y += 10
}
