import type { Command } from 'commander';
import { problemsOfRule, type Rule } from '../config/rule.ts';
import { SpokeError } from '../errors.ts';
import { DEFAULT_OBJECT_TYPE, type RecordQuery } from '../mirror/record-query.ts';
import { usageError } from './command.ts';

export interface QueryArguments {
  object: string;
  where?: string;
  segment?: string;
  list?: string;
  text?: string;
}

export const OBJECT_OPTION = ['--object <type>', 'object type', DEFAULT_OBJECT_TYPE] as const;

/** The options that say which records of the mirror are meant. */
export function withQuery(command: Command): Command {
  return command
    .option(...OBJECT_OPTION)
    .option('--segment <name>', 'those in this segment')
    .option('--list <name>', 'those on this list, by its name or id')
    .option('--text <words>', 'those with all these words in their names, addresses, company or phone')
    .option('--where <json>', `a rule: '{"property":"lifecyclestage","is":"customer"}'`);
}

/** What the options choose. Throws USAGE_INVALID and MIRROR_QUERY_INVALID. */
export function queryOf(options: QueryArguments): RecordQuery {
  const { object: objectType, where, segment, list, text } = options;
  return {
    objectType,
    ...(where === undefined ? {} : { where: ruleOf(where) }),
    ...(segment === undefined ? {} : { segment }),
    ...(list === undefined ? {} : { list }),
    ...(text === undefined ? {} : { text }),
  };
}

function ruleOf(text: string): Rule {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw usageError(`--where is no JSON: give a rule such as '{"property":"email","known":true}'.`);
  }
  const [problem] = problemsOfRule('where', given);
  if (problem) throw new SpokeError('MIRROR_QUERY_INVALID', `${problem.name}: ${problem.message}`);
  return given as Rule;
}
