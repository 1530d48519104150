/** One line of the file: an event as `spoke track --file` takes it. */
export interface LeadLine {
  readonly type: 'lead_created';
  readonly idempotencyKey: string;
  readonly payload: {
    readonly lead_id: string;
    readonly email: string | null;
    readonly firstname: string;
    readonly phone: string;
    readonly country: string | null;
    readonly company: string;
    readonly message: string;
    readonly created_at: string;
  };
}

export interface MadeLead {
  readonly line: LeadLine;
  /** The address as HubSpot has to know it; null for one that cannot be used. */
  readonly address: string | null;
  /** The same line stood in the file before. */
  readonly repeated: boolean;
}

const UNUSABLE = [
  null,
  '',
  '   ',
  'nobody',
  '@example.com',
  'a@',
  'two@at@example.com',
  'dots@example..com',
  'n/a',
];
const MESSAGES = [
  'Please call me',
  '🙂'.repeat(40),
  'مرحبا، أريد عرضًا توضيحيًا',
  '<script>alert(1)</script> & "quotes"',
  'null byte \u0000, escape \u001b[2J, bell \u0007',
  'half of a pair \ud83d and its other half \ude42',
  '{"__proto__":{"x":1}}',
  `${'long '.repeat(4_000)}`,
  '\u202eturned around\u202c',
  '',
];
const SHARE_REPEATED = 0.05;
const SHARE_UNUSABLE = 0.03;
const START = Date.UTC(2026, 9, 1);

/** Made-up leads as they come from the wild: the same people in other spellings, repeats, unusable addresses, odd texts. */
export function makeLeads(count: number, people: number, seed: number): MadeLead[] {
  const random = seeded(seed);
  const whole = (below: number) => Math.floor(random() * below);
  const leads: MadeLead[] = [];
  for (let n = 0; n < count; n += 1) {
    const earlier = leads[whole(leads.length)];
    if (earlier && random() < SHARE_REPEATED) {
      leads.push({ ...earlier, repeated: true });
      continue;
    }
    const person = whole(people);
    const usable = random() >= SHARE_UNUSABLE;
    const email = usable ? spelling(person, whole(4)) : (UNUSABLE[whole(UNUSABLE.length)] ?? null);
    leads.push({
      address: usable ? addressOf(person) : null,
      repeated: false,
      line: {
        type: 'lead_created',
        idempotencyKey: `lead-${n}`,
        payload: {
          lead_id: `L-${n}`,
          email,
          firstname: `Person${person}`,
          phone: random() < 0.3 ? '' : `+1 415 555 ${1000 + n}`,
          country: random() < 0.5 ? null : `Country ${n}`,
          company: `Company ${n}`,
          message: MESSAGES[whole(MESSAGES.length)] ?? '',
          created_at: new Date(START + n * 1_000).toISOString(),
        },
      },
    });
  }
  return leads;
}

/** Every third person has an international domain, which HubSpot knows in its ASCII form. */
function addressOf(person: number): string {
  return person % 3 === 0 ? `person${person}@xn--bcher-kva.example` : `person${person}@example.com`;
}

function spelling(person: number, way: number): string {
  const address = addressOf(person);
  if (way === 1) return `  ${address}\n`;
  if (way === 2) return address.toUpperCase();
  if (way === 3) return address.replace('xn--bcher-kva', 'bücher').replace('person', 'Person');
  return address;
}

/** mulberry32: the same seed gives the same leads. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
