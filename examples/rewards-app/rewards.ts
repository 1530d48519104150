import { createSpoke, type PayloadOf } from 'spoke';
import type config from './spoke.config.ts';

/** A transaction of the application: a pg client fits, and so does everything else that runs SQL with parameters. */
export interface Transaction {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** The application's own tables. */
export const TABLES = `
  create schema if not exists rewards;
  create table if not exists rewards.drivers (
    id text primary key, email text not null, first_name text, last_name text, city text, nova integer not null default 0
  );
  create table if not exists rewards.ledger (
    id bigint generated always as identity primary key, driver_id text not null references rewards.drivers (id),
    amount integer not null, reason text not null, at timestamptz not null default now()
  );`;

export interface Driver {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly city: string;
}

type Events = Parameters<ReturnType<typeof createSpoke<typeof config>>['track']>[1];

/** What the application does; each step writes its own rows and records its event in the same transaction. */
export function createRewards(spokeConfig: typeof config, schema = 'spoke') {
  const spoke = createSpoke({ config: spokeConfig, schema });

  // A refused event is logged and counted by Spoke; the application's own work goes on.
  const track = <Type extends Events>(tx: Transaction, type: Type, payload: PayloadOf<typeof config, Type>) =>
    spoke.track(tx, type, payload);

  return {
    async signUp(tx: Transaction, driver: Driver): Promise<void> {
      await tx.query(
        'insert into rewards.drivers (id, email, first_name, last_name, city) values ($1, $2, $3, $4, $5)',
        [driver.id, driver.email, driver.firstName, driver.lastName, driver.city],
      );
      await track(tx, 'driver_signed_up', {
        driver_id: driver.id,
        email: driver.email,
        first_name: driver.firstName,
        last_name: driver.lastName,
        city: driver.city,
        verified_by: 'otp',
      });
    },

    async installPass(tx: Transaction, driver: Driver, platform: 'apple' | 'google'): Promise<void> {
      await track(tx, 'wallet_pass_installed', { driver_id: driver.id, email: driver.email, platform });
    },

    async earn(tx: Transaction, driver: Driver, amount: number, reason: string): Promise<void> {
      await tx.query('update rewards.drivers set nova = nova + $2 where id = $1', [driver.id, amount]);
      await tx.query('insert into rewards.ledger (driver_id, amount, reason) values ($1, $2, $3)', [
        driver.id,
        amount,
        reason,
      ]);
      await track(tx, 'nova_earned', { driver_id: driver.id, email: driver.email, amount, reason });
    },

    async redeem(
      tx: Transaction,
      driver: Driver,
      amount: number,
      merchant: string,
      redemptionId: string,
    ): Promise<void> {
      await tx.query('update rewards.drivers set nova = nova - $2 where id = $1', [driver.id, amount]);
      await tx.query('insert into rewards.ledger (driver_id, amount, reason) values ($1, $2, $3)', [
        driver.id,
        -amount,
        merchant,
      ]);
      await track(tx, 'nova_redeemed', {
        driver_id: driver.id,
        email: driver.email,
        amount,
        merchant,
        redemption_id: redemptionId,
      });
    },
  };
}
