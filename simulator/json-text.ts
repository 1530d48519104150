/** A body that is JSON already; read as the value it stands for wherever it is made to JSON. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** A value as JSON text. */
export function toJsonText(value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value);
}

/** Text in quotes, as JSON has it. Most text needs no escapes, and is looked through faster than it is handed to `JSON.stringify`. */
export function quoted(text: string): string {
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    // Control characters, quotes, backslashes; from 0xd800 on halves of pairs, which may stand alone.
    if (code < 32 || code === 34 || code === 92 || code >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}
