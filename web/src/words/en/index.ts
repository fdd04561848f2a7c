// English, which is also what the other languages are measured by.
import { conversation } from "./conversation";
import { front } from "./front";
import { house } from "./house";
import { places } from "./places";
import { settings } from "./settings";

export const en = { ...front, ...house, ...places, ...settings, ...conversation } as const;
