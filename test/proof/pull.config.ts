import { defineConfig } from 'spoke';

export default defineConfig({ events: {}, mirror: { objects: { contacts: {} } } });
