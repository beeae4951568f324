import type { z } from 'zod'

/** Fields of an answer, at any depth, that a strict schema does not know and would refuse; `never` when there are none. */
type Unread<Answer, Input> = unknown extends Input
  ? never
  : Answer extends readonly (infer Item)[]
    ? Input extends readonly (infer Read)[]
      ? Unread<Item, Read>
      : never
    : Answer extends object
      ? FieldsUnread<Answer, Extract<Input, object>>
      : never

type KeyOfAny<Union> = Union extends unknown ? keyof Union : never
type FieldOfAny<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never

type FieldsUnread<Answer extends object, Input> = {
  [Key in keyof Answer]-?: Key extends KeyOfAny<Input>
    ? Unread<Exclude<Answer[Key], undefined>, FieldOfAny<Input, Key>>
    : Key
}[keyof Answer]

/**
 * True when a schema takes every answer of a generated type: each field that it wants is there, in a type that it takes, and
 * there is none that it would refuse. Otherwise what is wrong, which the compiler then shows.
 */
export type Reads<Schema extends z.ZodType, Answer> = [Answer] extends [z.input<Schema>]
  ? [Unread<Answer, z.input<Schema>>] extends [never]
    ? true
    : { readonly answersFieldThatIsNotRead: Unread<Answer, z.input<Schema>> }
  : { readonly answers: Answer; readonly butIsReadAs: z.input<Schema> }

/** Compiles when all of its checks hold; an error names the one that does not. */
export type AllRead<Checks extends Readonly<Record<string, true>>> = Checks
