import { join } from 'node:path';
import { describeReactForms } from '../browser/react-forms-suite.ts';

describeReactForms('18', join(import.meta.dirname, 'node_modules'));
