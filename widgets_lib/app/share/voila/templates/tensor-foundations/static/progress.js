// How far a learner is: kept in this browser, sent nowhere. For each lesson the inputs of its widgets, the questions
// that are answered, and those whose answer was asked for without one. A classic script in <head>, after site.js.
"use strict";

const PROGRESS = "progress.1:"; // the version of what is kept: nothing is read of another one
const MAX_WIDGET_LETTERS = 50_000;
const MAX_LESSON_LETTERS = 500_000;

/** @typedef {{ widgets: Record<string, object>, answered: string[], waived: string[] }} Progress */

/**
 * What is kept of a lesson, whatever may stand there.
 * @param {string} lesson  its path in the served folder
 * @returns {Progress}
 */
function readProgress(lesson) {
  let kept = null;
  try {
    kept = JSON.parse(memory.get(PROGRESS + lesson));
  } catch {
    /* as if there were none */
  }
  const ids = (list) => (Array.isArray(list) ? list.filter((id) => typeof id === "string") : []);
  const widgets = kept?.widgets && typeof kept.widgets === "object" ? kept.widgets : {};
  return { widgets, answered: ids(kept?.answered), waived: ids(kept?.waived) };
}

/**
 * Read what is kept of a lesson, change it, and keep it: another tab may have written meanwhile.
 * @param {string} lesson
 * @param {(progress: Progress) => void} change
 */
function changeProgress(lesson, change) {
  const progress = readProgress(lesson);
  change(progress);
  const text = JSON.stringify(progress);
  if (!Object.keys(progress.widgets).length && !progress.answered.length && !progress.waived.length)
    memory.remove(PROGRESS + lesson);
  else if (text.length <= MAX_LESSON_LETTERS) memory.set(PROGRESS + lesson, text);
}

/** Forget what is kept of the lessons, and return a function that brings it back. */
function forgetProgress(lessons) {
  const before = lessons.map((lesson) => [PROGRESS + lesson, memory.get(PROGRESS + lesson)]);
  for (const [key] of before) memory.remove(key);
  return () => {
    for (const [key, text] of before) if (text !== null) memory.set(key, text);
  };
}

const keptLessons = () => memory.keys(PROGRESS).map((key) => key.slice(PROGRESS.length));
