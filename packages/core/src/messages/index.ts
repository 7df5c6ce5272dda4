export {
  createTranslate,
  isMessageKey,
  type Message,
  type MessageKey,
  type MessageValue,
  type Translate,
} from './translate.ts';
