import type { PortalDefinition } from 'spoke';

/** By their labels, as people see them. */
export const PIPELINE = 'Nova redemptions';
export const REDEEMED = 'Redeemed';

/** A stage of the portal's own, behind HubSpot's: that of drivers who have completed an exclusive. */
export const ENGAGED_STAGE = 'engaged_driver';

const group = 'rewards';

/** What the portal has to have; `spoke properties apply` creates what is missing. */
export const portal: PortalDefinition = {
  groups: {
    contacts: [{ name: group, label: 'Rewards' }],
    companies: [{ name: group, label: 'Rewards' }],
    deals: [{ name: group, label: 'Rewards' }],
  },
  properties: {
    contacts: [
      // HubSpot's own, and text in every new portal: the plan notices one where that was changed.
      'firstname',
      'lastname',
      'phone',
      'city',
      { name: 'lifecyclestage', options: [{ value: ENGAGED_STAGE, label: 'Engaged driver' }] },
      { name: 'driver_id', label: 'Driver id', group },
      {
        name: 'wallet_pass',
        group,
        options: [
          { value: 'apple', label: 'Apple Wallet' },
          { value: 'google', label: 'Google Wallet' },
        ],
      },
      { name: 'wallet_pass_installed_at', type: 'datetime', group },
      { name: 'nova_earned_total', type: 'number', group },
      { name: 'first_nova_earned_at', type: 'datetime', group },
      { name: 'last_nova_earned_at', type: 'datetime', group },
      { name: 'nova_redeemed_total', type: 'number', group },
      { name: 'nova_redemptions', type: 'number', group },
      { name: 'first_nova_redeemed_at', type: 'datetime', group },
      { name: 'last_nova_redeemed_at', type: 'datetime', group },
      { name: 'exclusives_completed', type: 'number', group },
    ],
    companies: [
      { name: 'merchant_id', unique: true, group },
      { name: 'exclusive_id', group },
      { name: 'exclusive_enabled_at', type: 'datetime', group },
    ],
    deals: [{ name: 'redemption_id', unique: true, group }],
  },
  pipelines: {
    deals: [
      {
        label: PIPELINE,
        stages: [
          { label: 'Requested', probability: 0.5 },
          { label: REDEEMED, probability: 1 },
          { label: 'Cancelled', probability: 0 },
        ],
      },
    ],
  },
};
