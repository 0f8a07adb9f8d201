/** Prose of every kind in one answer. */
import type { LogItem } from '@antiphon/react/ui/kit';
import { message, scribe, text } from '@antiphon/react/ui/samples';

/** Prose of every kind. */
export function proseStates(now: number): readonly LogItem[] {
  return [
    message(scribe, now - 60_000, [text(PROSE)], {
      answer: { state: 'done', since: now - 60_000, mine: true },
    }),
  ];
}

const PROSE = `# How a cursor works

A client remembers **where it is**, not what it has not read. That is one small number per room; the server keeps no list of what it owes to whom. See the [guarantees](https://example.org/guarantees) or write to [the team](mailto:team@example.org).

## What happens after a drop

1. The page connects again and says \`(epoch, seq)\` for each room.
2. The server answers with what came since:
   - from the ring in memory, if it is still there
   - from the store, page by page, if it is not
3. Nothing is sent twice.

> A slow reader costs a cursor. It is never cut off for being slow alone.

- [x] replay by offset
- [ ] the same over Socket.IO

\`\`\`ts
const room = chat.joinRoom('release-42');
room.onMessage((message) => {
  console.log(message.author.name, message.text);
});
\`\`\`

| store | appends per second | synced |
|:--|--:|:-:|
| SQLite, 256 writers | 64 400 | yes |
| Postgres, 256 writers | 68 000 | yes |

### Small print

HTML stays text: <b onclick="alert(1)">bold?</b> and <script>alert(1)</script>. ~~Struck out~~, *emphasised*, and \`inline code\`.

---

The end.`;
