/** One line on a terminal's stderr that counts rows; silent when stderr is a file or pipe. */
export function showProgress(file: string, stderr: NodeJS.WriteStream = process.stderr) {
  const started = performance.now()
  let shown = false
  return {
    rows(count: number): void {
      if (!stderr.isTTY) return
      const rate = Math.round((count / Math.max(1, performance.now() - started)) * 1000)
      stderr.write(`\r\x1b[2K${file}: ${count.toLocaleString('en')} rows, ${rate.toLocaleString('en')} rows/s`)
      shown = true
    },
    end(): void {
      if (shown) stderr.write('\r\x1b[2K')
    },
  }
}
