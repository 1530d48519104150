import { expect, test } from 'vitest';
import { checkContent } from './content-kind.ts';

test.each(['BM,MZ,PAR\n1,2,3\n', 'MZ;x\n', 'PAR\n1\n'])(
  'a name of a column is no mark of a file: %j',
  (text) => {
    expect(() => checkContent(Buffer.from(text), 'csv')).not.toThrow();
  },
);
