import { describeReactForms } from './react-forms-suite.ts';

describeReactForms('19');
