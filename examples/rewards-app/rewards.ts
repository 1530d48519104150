import { createSpoke, type PayloadOf } from 'spoke';
import { z } from 'zod';
import type config from './spoke.config.ts';

/** A transaction of the application: a pg client fits, and so does everything else that runs SQL with parameters. */
export interface Transaction {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** The application's own tables. */
export const TABLES = `
  create schema if not exists rewards;
  create table if not exists rewards.drivers (
    id text primary key, email text not null, first_name text, last_name text, city text,
    nova integer not null default 0, redemptions integer not null default 0
  );
  create table if not exists rewards.merchants (
    id text primary key, name text not null, website text, exclusive_id text
  );
  create table if not exists rewards.ledger (
    id bigint generated always as identity primary key, driver_id text not null references rewards.drivers (id),
    amount integer not null, reason text not null, at timestamptz not null default now()
  );
  create table if not exists rewards.redemptions (
    id text primary key, driver_id text not null references rewards.drivers (id),
    merchant_id text not null references rewards.merchants (id), amount integer not null
  );
  create table if not exists rewards.exclusives_completed (
    driver_id text not null references rewards.drivers (id), exclusive_id text not null, primary key (driver_id, exclusive_id)
  );`;

export interface Driver {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly city: string;
}

export interface Merchant {
  readonly id: string;
  readonly name: string;
  readonly website?: string;
}

export interface Redemption {
  readonly id: string;
  readonly amount: number;
}

/** Who runs a merchant. */
export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

type Events = Parameters<ReturnType<typeof createSpoke<typeof config>>['track']>[1];

/**
 * What the application does; each step writes its own rows and records its event in the same transaction. Where the application has
 * an id for what happened, it is the event's idempotency key: done twice, it is one event.
 */
export function createRewards(spokeConfig: typeof config, schema = 'spoke') {
  const spoke = createSpoke({ config: spokeConfig, schema });

  // A refused event is logged and counted by Spoke; the application's own work goes on.
  const track = <Type extends Events>(
    tx: Transaction,
    type: Type,
    payload: PayloadOf<typeof config, Type>,
    idempotencyKey?: string,
  ) => spoke.track(tx, type, payload, idempotencyKey === undefined ? {} : { idempotencyKey });

  return {
    async signUp(tx: Transaction, driver: Driver): Promise<void> {
      await tx.query(
        'insert into rewards.drivers (id, email, first_name, last_name, city) values ($1, $2, $3, $4, $5)',
        [driver.id, driver.email, driver.firstName, driver.lastName, driver.city],
      );
      await track(tx, 'driver_signed_up', {
        ...known(driver),
        first_name: driver.firstName,
        last_name: driver.lastName,
        city: driver.city,
        verified_by: 'otp',
      });
    },

    async installPass(tx: Transaction, driver: Driver, platform: 'apple' | 'google'): Promise<void> {
      await track(tx, 'wallet_pass_installed', { ...known(driver), platform });
    },

    async earn(tx: Transaction, driver: Driver, amount: number, reason: string): Promise<void> {
      await tx.query('update rewards.drivers set nova = nova + $2 where id = $1', [driver.id, amount]);
      await tx.query('insert into rewards.ledger (driver_id, amount, reason) values ($1, $2, $3)', [
        driver.id,
        amount,
        reason,
      ]);
      await track(tx, 'nova_earned', { ...known(driver), amount, reason });
    },

    /** Of a driver's first redemption, a second event tells. */
    async redeem(
      tx: Transaction,
      driver: Driver,
      merchant: Merchant,
      { id, amount }: Redemption,
    ): Promise<void> {
      await addMerchant(tx, merchant);
      await tx.query(
        'insert into rewards.redemptions (id, driver_id, merchant_id, amount) values ($1, $2, $3, $4)',
        [id, driver.id, merchant.id, amount],
      );
      await tx.query('insert into rewards.ledger (driver_id, amount, reason) values ($1, $2, $3)', [
        driver.id,
        -amount,
        merchant.name,
      ]);
      const updated = await tx.query(
        'update rewards.drivers set nova = nova - $2, redemptions = redemptions + 1 where id = $1 returning redemptions',
        [driver.id, amount],
      );
      await track(
        tx,
        'nova_redeemed',
        {
          ...known(driver),
          merchant_id: merchant.id,
          merchant: merchant.name,
          redemption_id: id,
          amount,
        },
        `redemption-${id}`,
      );
      if (answered.parse(updated)[0]?.redemptions === 1)
        await track(tx, 'first_redemption_completed', { ...known(driver), merchant: merchant.name });
    },

    async completeExclusive(
      tx: Transaction,
      driver: Driver,
      merchant: Merchant,
      exclusiveId: string,
    ): Promise<void> {
      await tx.query(
        'insert into rewards.exclusives_completed (driver_id, exclusive_id) values ($1, $2) on conflict do nothing',
        [driver.id, exclusiveId],
      );
      await track(
        tx,
        'exclusive_completed',
        { ...known(driver), exclusive_id: exclusiveId, merchant: merchant.name },
        `exclusive-${exclusiveId}-${driver.id}`,
      );
    },

    async enableExclusive(
      tx: Transaction,
      merchant: Merchant,
      person: Person,
      exclusiveId: string,
    ): Promise<void> {
      await addMerchant(tx, merchant);
      await tx.query('update rewards.merchants set exclusive_id = $2 where id = $1', [
        merchant.id,
        exclusiveId,
      ]);
      await track(
        tx,
        'merchant_exclusive_enabled',
        {
          merchant_id: merchant.id,
          merchant: merchant.name,
          website: merchant.website,
          email: person.email,
          first_name: person.firstName,
          last_name: person.lastName,
          exclusive_id: exclusiveId,
        },
        `merchant-exclusive-${exclusiveId}`,
      );
    },
  };
}

const known = ({ id, email }: Driver) => ({ driver_id: id, email });

async function addMerchant(tx: Transaction, { id, name, website }: Merchant): Promise<void> {
  await tx.query(
    'insert into rewards.merchants (id, name, website) values ($1, $2, $3) on conflict (id) do nothing',
    [id, name, website ?? null],
  );
}

/** Drivers answer with rows, or with an object that has them. */
const counted = z.array(z.object({ redemptions: z.number() }));
const answered = z.union([counted, z.object({ rows: counted }).transform(({ rows }) => rows)]);
