import type { ButtonProps } from 'react-aria-components'
import { Button as AriaButton } from 'react-aria-components'

type Props = Omit<ButtonProps, 'className' | 'style'> & { look?: 'main' | 'quiet' | 'plain' }

/** One button; `look` says how much it asks for attention. */
export const Button = ({ look = 'quiet', ...props }: Props) => <AriaButton {...props} className={`button ${look}`} />
