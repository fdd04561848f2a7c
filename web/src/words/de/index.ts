// Deutsch.
import type { Words } from "..";
import { conversation } from "./conversation";
import { front } from "./front";
import { house } from "./house";
import { places } from "./places";
import { settings } from "./settings";

export const de: Words = { ...front, ...house, ...places, ...settings, ...conversation };
