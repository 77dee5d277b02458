import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { documentationRules } from '../../../verify/mutants/documentation-rules.ts';
import { lookupRules } from '../../../verify/mutants/lookup-rules.ts';
import { rules } from '../../../verify/mutants/rules.ts';
import { securityRules } from '../../../verify/mutants/security-rules.ts';
import { templateRules } from '../../../verify/mutants/template-rules.ts';
import { trustRules } from '../../../verify/mutants/trust-rules.ts';

test.each([...rules, ...templateRules, ...securityRules, ...trustRules, ...lookupRules, ...documentationRules])(
  'can be taken away: $name',
  ({ file, code, without }) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(text.split(code).length - 1).toBe(1);
    expect(without).not.toBe(code);
  },
);
