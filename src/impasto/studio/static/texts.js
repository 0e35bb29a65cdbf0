// Texts in the language of the page. The English ones stand in the scripts themselves; those of another language in its catalogue.

const language = document.documentElement.lang;
const translations = await catalogue();

async function catalogue() {
  if (language === "en") return {};
  try {
    const { terms, texts } = await (await fetch(`/static/languages/${language}.json`)).json();
    return { ...terms, ...texts };
  } catch {
    return {}; // English is better than a page that does nothing.
  }
}

/** A text in the language of the page, with values in the place of {names}. */
export function text(message, values = {}) {
  return (translations[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? written(values[name]) : whole));
}

/** A word that comes from the studio, such as the name of a setting: translated where its translation is known. */
export const term = (word) => translations[word] ?? translations[word?.charAt(0).toUpperCase() + word?.slice(1)] ?? word;

/** A text for a number of things; `many` has {count} in its place. */
export function counted(count, one, many) {
  return count === 1 ? text(one) : text(many, { count });
}

const written = (value) => (Number.isInteger(value) ? number(value) : value);
const numbers = new Intl.NumberFormat(language);

/** A number as people write it. */
export const number = (value) => numbers.format(value);

/** A number that is an estimate: two digits are enough. */
export const about = (value) => number(Number(value.toPrecision(2)));
