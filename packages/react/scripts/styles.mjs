// Puts the style sheets of the parts together into the one that is published.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from 'lightningcss';

const at = (path) => join(import.meta.dirname, '..', path);
const { code } = bundle({ filename: at('src/ui/styles.css') });
await writeFile(at('dist/ui/styles.css'), code);
