/** Put in as a constructed sheet: a policy without 'unsafe-inline' lets it through. Colours are the page's, unless it sets others. */
export const STYLE = `
:host{display:block;min-height:var(--spoke-height,0);overflow-wrap:anywhere}
form{display:grid;gap:.4em 1.25em;grid-template-columns:repeat(auto-fit,minmax(min(100%,max(15em,40%)),1fr))}
.w{grid-column:1/-1}
label,legend{display:block;padding:0;margin:0 0 .3em;font-weight:600}
.c,.c label,small{font-weight:400}
.c{display:flex;gap:.6em;align-items:start;margin:.35em 0}
fieldset{border:0;padding:0;margin:0;min-width:0}
input,select,textarea,button{box-sizing:border-box;font:inherit;color:inherit;border-radius:var(--spoke-radius,.5em);padding:.6em .75em;border:1px solid var(--spoke-border,#767f8c)}
input,select,textarea{width:100%;background:var(--spoke-field,transparent);min-height:2.9em}
textarea{resize:vertical;min-height:7em;display:block}
::file-selector-button{font:inherit;color:inherit;background:none;border:1px solid var(--spoke-border,#767f8c);border-radius:var(--spoke-radius,.5em);padding:.2em .75em;margin-inline-end:.75em}
option{color:CanvasText;background:Canvas}
.c input{flex:none;width:1.25em;min-height:0;height:1.25em;margin:.1em 0 0;accent-color:var(--spoke-accent,#1f5fbf)}
:focus-visible{outline:3px solid var(--spoke-accent,#1f5fbf);outline-offset:2px}
[aria-invalid=true]{border-color:var(--spoke-error,#c62828)}
p{margin:0}
.h{margin:.3em 0 0;font-size:.9em}
.e{min-height:1.5em;margin-top:.3em;font-size:.9em;color:var(--spoke-error,#b3261e)}
@supports(color:light-dark(red,red)){.e{color:var(--spoke-error,light-dark(#b3261e,#ffa59c))}[aria-invalid=true]{border-color:var(--spoke-error,light-dark(#b3261e,#ffa59c))}}
progress{width:100%;height:.4em;accent-color:var(--spoke-accent,#1f5fbf)}
button{cursor:pointer;font-weight:600;padding:.75em 1.75em;border-color:transparent;color:var(--spoke-on-accent,#fff);background:var(--spoke-accent,#1f5fbf)}
[aria-disabled=true]{cursor:progress;opacity:.7}
.s{min-height:1.5em;margin-top:.5em}
.x{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.k{height:5.9em;border-radius:.5em;background:currentColor;opacity:.06}
`;
