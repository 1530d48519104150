const TERMINAL_CONTROLS = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside, which may hold what moves a terminal's cursor or turns its writing direction. */
export function printable(text: string): string {
  return text.replaceAll(TERMINAL_CONTROLS, '�');
}
