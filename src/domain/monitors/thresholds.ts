/**
 * Every number that the monitors decide by, with its reason. They were set by hand on labelled examples (test/fixtures/monitors)
 * and measured on a few more that were written afterwards; docs/monitors.md says what came of it. Change one, and
 * judge.test.ts says what it costs.
 */
export const THRESHOLDS = {
  /** Newest steps that are looked at. Comparing is quadratic: this many take milliseconds, and a longer run has shown itself before. */
  steps: 100,
  /** Characters of a step, from its beginning. What a step is about stands there; a file that it quotes may follow. */
  chars: 2_000,
  /** Characters from a step's end, where a model that got stuck repeats itself and where a cut shows. */
  tailChars: 1_000,
  /** Characters of the question. Several turns of a conversation make one question. */
  questionChars: 4_000,
  /** One is chance, two a coincidence; the same number in every monitor, so that a run of two calls has no findings. */
  pattern: 3,
  /** Findings name this many spans. */
  spans: 20,

  circular: {
    /** TF-IDF cosine. Two steps on one narrow subject reach 0.6, rewordings with the same nouns 0.7 and more. */
    cosine: 0.7,
    /** Share of word triples in common. Where sentences are the same, a few other nouns do not make it another step. */
    shingles: 0.55,
    /** Below this cosine triples are not looked at: sentences are alike because of their form alone. */
    worthALook: 0.45,
    /** Terms of content that a text needs. "Done. Anything else?" is alike everywhere. */
    terms: 5,
    /** A shorter text of at least so many counts if nearly every word triple is the same… */
    shortTerms: 2,
    /** …which this share means: one word of ten may differ. */
    shortShingles: 0.75,
    /** …and if there are this many of it: "Let me look at the next file" is said three times by healthy agents. */
    shortPattern: 4,
    /** Repeats from which on it is more than low: somebody should look. */
    medium: 4,
    /** Repeats from which on it is high: money is burnt. */
    high: 7,
    /** Tools that are asked the same again on purpose: waiting is not going round. */
    polling:
      /(^|[_.\-/])(poll|wait|sleep|status|progress|watch|heartbeat|ping|refresh|tail|next|continue)|(Status|Progress|Wait|Poll)/,
  },

  drift: {
    /** Terms that a question needs to be a subject. Below ("go on", "fix it") the first step says what it is about. */
    questionTerms: 3,
    /** Terms that a step needs to be held against it. */
    terms: 6,
    /** Cosine with the question from which on a step is about it: one of its rarer words is enough. */
    question: 0.06,
    /** A question of at most so many terms is met by any one of them. */
    shortQuestion: 15,
    /** Cosine with an earlier step about it. Higher, as two texts of an agent always share some words. */
    chain: 0.09,
    /** Steps without a word of the question if there was none with one: an audit of a page may never say "accessibility". */
    neverOn: 5,
    /** Share of letters below which a text is code, a table or numbers, and is not held against it. */
    letters: 0.6,
    medium: 5,
    high: 8,
  },

  quality: {
    /** A text that is mostly its own repetition: distinct among its word 4-tuples. Tables and code stay above 0.5. */
    distinct: 0.4,
    /** Share from which on a text is not looked at any closer: as words it may be a little less varied than as it stands. */
    varied: 0.75,
    /** 4-tuples that a text needs for that. A refrain in a short text is style. */
    tuples: 40,
    /** The newest three are shorter than this share of the median before them… */
    shrunk: 0.15,
    /** …if that median is at least so many characters: before that there is nothing to lose. */
    substance: 400,
    /** …and so many steps are before them. */
    before: 3,
    /** Characters below which a cut is not looked for in the text itself. */
    cutChars: 400,
    /** Characters from the beginning in which a refusal is looked for. Later it is about something else. */
    refusalChars: 160,
    /** Refusals that are a pattern: a refused agent does not ask three times. */
    refusals: 2,
    /** Failures among the newest so many steps… */
    errorWindow: 5,
    /** …that are piling up. Two failures and a success are a retry. */
    errors: 3,
  },
} as const;
