import { type Rounds, startRounds } from '../../rounds.ts'
import { issueLines, type LineParts } from './issue-lines.ts'

/** Looks for lines that wait, from whatever contract; nobody has to say that there are some. */
export const startContractLines = (parts: LineParts, log: (line: string) => void): Rounds =>
  startRounds({
    ...{ what: 'market: lines of Account credentials', everyMs: 1000, log },
    round: () => issueLines(parts),
  })
