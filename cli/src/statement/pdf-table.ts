import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type PDFDocument from 'pdfkit'

export type Document = InstanceType<typeof PDFDocument>

// pdfkit's built-in fonts write western Europe only; these know every European alphabet.
export const FONTS = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
export const INK = '#1b2a33'
export const SOFT = '#5c6f7a'
export const SHADE = '#f2f6f5'
export const ACCENT = '#0b6e5d'
export const MARGIN = 48
export const WIDTH = 595.28 - 2 * MARGIN

export const kwh = (wh: bigint): string =>
  (Number(wh) / 1000).toLocaleString('en-GB', { minimumFractionDigits: 3, maximumFractionDigits: 3 })
export const euro = (micro: bigint): string => {
  const sign = micro < 0n ? '−' : ''
  const digits = (micro < 0n ? -micro : micro).toString().padStart(7, '0')
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

export interface Column {
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
}

/** A table that goes on with its head on the next page. */
export function table(
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

export function heading(doc: Document, text: string): void {
  doc.moveDown(1.1)
  doc.font('bold').fontSize(11).fillColor(ACCENT).text(text, MARGIN)
  doc.moveDown(0.3)
}

export const right = (title: string, width: number): Column => ({ title, width, align: 'right' })
export const left = (title: string, width: number): Column => ({ title, width, align: 'left' })
