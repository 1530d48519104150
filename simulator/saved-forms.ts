import { awaitContact } from './form-contacts.ts';
import type { Portal } from './portal.ts';
import type { SavedPart } from './saved-part.ts';

/** Forms and what was filled into them; submissions whose contact was not made yet go on waiting. */
export function savedForms(portal: Portal): SavedPart {
  return {
    dump: () => portal.forms.dump(),
    restore(row) {
      const before = portal.forms.submissions().length;
      portal.forms.restore(row);
      for (const submission of portal.forms.submissions().slice(before))
        if (!submission.handled) awaitContact(portal, submission);
    },
  };
}
