import { describe, expect, it } from 'vitest';
import { addChange, type ChangedValue, MAX_VERSIONS, versionsOf, type WriteStamp } from './value-versions.ts';

const SOURCE = { sourceType: 'INTEGRATION', sourceId: '1', userId: null };
const stamp = (at: number): WriteStamp => ({ at, iso: new Date(at).toISOString(), source: SOURCE });

/** Writes the values of slot 0 one after the other, at 1, 2, 3 ...; the first one when the record is made. */
function write(values: readonly (string | undefined)[]): {
  chain: ChangedValue | undefined;
  current: string | undefined;
} {
  let chain: ChangedValue | undefined;
  for (const [place, before] of values.slice(0, -1).entries())
    chain = addChange(chain, { slot: 0, before, stamp: stamp(place + 2) });
  return { chain, current: values.at(-1) };
}

const shown = (values: readonly (string | undefined)[]) => {
  const { chain, current } = write(values);
  return versionsOf(chain, 0, { current, born: stamp(1) }).map(({ value, stamp: { at } }) => [value, at]);
};

describe('versions of a value', () => {
  it.each([
    ['never set', [undefined], []],
    ['set when the record was made', ['a'], [['a', 1]]],
    ['set later', [undefined, 'a'], [['a', 2]]],
    [
      'changed twice',
      ['a', 'b', 'c'],
      [
        ['c', 3],
        ['b', 2],
        ['a', 1],
      ],
    ],
    [
      'cleared',
      ['a', ''],
      [
        ['', 2],
        ['a', 1],
      ],
    ],
  ])('%s', (_, values, expected) => {
    expect(shown(values)).toEqual(expected);
  });

  it('are kept up to a limit, the newest, whatever else changes', () => {
    const written = write(Array.from({ length: 2_000 }, (_, place) => `v${place}`));
    let { chain } = written;
    for (let at = 3_000; at < 5_000; at += 1)
      chain = addChange(chain, { slot: 1, before: 'x', stamp: stamp(at) });
    const versions = versionsOf(chain, 0, { current: written.current, born: stamp(1) });
    expect(versions).toHaveLength(MAX_VERSIONS);
    expect(versions[0]).toMatchObject({ value: 'v1999', stamp: { at: 2_000 } });
    expect(versions.at(-1)).toMatchObject({ value: `v${2_000 - MAX_VERSIONS}` });
    expect(chain?.length).toBeLessThan(2_000);
  });
});
