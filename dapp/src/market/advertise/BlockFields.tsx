import type { Hex, LandingBlock } from '@opem/domain'
import { MOST_PICTURE_BYTES } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { OwnPage, Picture } from '../../api/landing.ts'
import { addPicture, ownPageQuery, pictureUrl } from '../../api/landing.ts'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

type Props = { listing: Hex; block: LandingBlock; pictures: readonly Picture[]; onChange: (next: LandingBlock) => void }

/** What is left empty is left out. */
const maybe = <K extends string>(name: K, text: string) => (text === '' ? {} : ({ [name]: text } as Record<K, string>))

export function BlockFields({ listing, block, pictures, onChange }: Props) {
  switch (block.kind) {
    case 'heading':
      return <TextInput label="Heading" value={block.text} onChange={(text) => onChange({ ...block, text })} />
    case 'text':
      return <TextBox label="Text" rows={5} value={block.text} onChange={(text) => onChange({ ...block, text })} />
    case 'picture':
      return <PictureFields listing={listing} block={block} pictures={pictures} onChange={onChange} />
    case 'kpi': {
      const { label, value, unit = '', note = '' } = block
      const set = (next: Partial<Record<'label' | 'value' | 'unit' | 'note', string>>) => {
        const all = { label, value, unit, note, ...next }
        onChange({
          kind: 'kpi',
          label: all.label,
          value: all.value,
          ...maybe('unit', all.unit),
          ...maybe('note', all.note),
        })
      }
      return (
        <div className="form-grid">
          <TextInput label="What" value={label} onChange={(text) => set({ label: text })} />
          <TextInput label="Value" value={value} onChange={(text) => set({ value: text })} />
          <TextInput label="Unit" value={unit} onChange={(text) => set({ unit: text })} />
          <TextInput label="Note" value={note} onChange={(text) => set({ note: text })} />
        </div>
      )
    }
    case 'plans':
      return <p className="soft">The price plans of the published version.</p>
    case 'call-to-action': {
      const { text, url = '' } = block
      return (
        <div className="form-grid">
          <TextInput
            label="Words on the button"
            value={text}
            onChange={(next) => onChange({ kind: 'call-to-action', text: next, ...maybe('url', url) })}
          />
          <TextInput
            label="Where it leads"
            hint="https://…; empty: to the listing in the market"
            value={url}
            onChange={(next) => onChange({ kind: 'call-to-action', text, ...maybe('url', next.trim()) })}
          />
        </div>
      )
    }
    default:
      return block satisfies never
  }
}

const TOO_LARGE = `The picture is larger than ${MOST_PICTURE_BYTES / 1_000_000} MB: make it smaller.`

function PictureFields({
  listing,
  block,
  pictures,
  onChange,
}: Props & { block: Extract<LandingBlock, { kind: 'picture' }> }) {
  const queries = useQueryClient()
  const { digest, alt, caption = '' } = block
  const add = useMutation({
    mutationFn: async (file: File) => {
      if (file.size > MOST_PICTURE_BYTES) throw new Error(TOO_LARGE)
      return addPicture(listing, await base64Of(file))
    },
    onSuccess: (picture) => {
      queries.setQueryData(ownPageQuery(listing).queryKey, (page: OwnPage | undefined) =>
        page?.pictures.every((one) => one.digest !== picture.digest)
          ? { ...page, pictures: [...page.pictures, picture] }
          : page,
      )
      onChange({ ...block, digest: picture.digest })
    },
  })
  return (
    <div className="form-grid">
      <label className="field">
        <span>Picture</span>
        <input
          type="file"
          accept="image/png,image/jpeg,image/webp"
          onChange={({ target }) => {
            const file = target.files?.[0]
            if (file !== undefined) add.mutate(file)
          }}
        />
        <span className="field-hint">PNG, JPEG or WebP, at most 1 MB</span>
      </label>
      {pictures.length === 0 ? null : (
        <fieldset className="thumbs">
          <legend>Pictures of this listing</legend>
          {pictures.map((one, index) => (
            <button
              key={one.digest}
              type="button"
              className="thumb"
              aria-label={`Picture ${index + 1}`}
              aria-pressed={one.digest === digest}
              onClick={() => onChange({ ...block, digest: one.digest })}
            >
              <img src={pictureUrl(one.digest)} alt="" />
            </button>
          ))}
        </fieldset>
      )}
      <TextInput
        label="What is on it"
        hint="For who does not see it"
        value={alt}
        onChange={(next) => onChange({ ...block, alt: next })}
      />
      <TextInput
        label="Caption"
        value={caption}
        onChange={(next) => onChange({ kind: 'picture', digest, alt, ...maybe('caption', next) })}
      />
      {add.error === null ? null : <Refusal error={add.error} title="Not added" />}
    </div>
  )
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
