import { parseArgs } from 'node:util';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { seededChance } from '../shared/seeded-chance.ts';
import { commentsOfProject } from './comments-of-project.ts';

helpIfAsked(`Prints comments of the project without their code, drawn at random. A reader who does not know the code says what each
of them means. A comment that is misunderstood needs better words.

  npm run comments -- [options]

  --seed <number>   draws the same comments again (default 1)
  --count <number>  how many (default 50)`);

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '50' } },
});
const chance = seededChance(Number(values.seed));
const comments = [...commentsOfProject()];
const drawn = Array.from({ length: Math.min(Number(values.count), comments.length) }, () => {
  const [comment] = comments.splice(Math.floor(chance() * comments.length), 1);
  return comment;
});

console.log(`${drawn.length} comments, drawn with seed ${values.seed}.\n`);
for (const [index, comment] of drawn.entries()) console.log(`${index + 1}. ${comment?.file}\n   ${comment?.text}\n`);
