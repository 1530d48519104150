import { expect, test } from 'vitest';
import { pageOnDisk, referencePages } from './reference.ts';

test.each(Object.entries(referencePages()))(
  '%s is what the code says (npm run reference writes it)',
  (path, text) => {
    expect(pageOnDisk(path)).toBe(text);
  },
);
