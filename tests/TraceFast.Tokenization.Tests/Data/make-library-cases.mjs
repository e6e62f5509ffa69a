// Writes JSON lines of small random tokenizers with the ids and texts that the Rust library gives:
//   npm install tokenizers@0.23.2 && for seed in $(seq 2001 2130); do node make-library-cases.mjs $seed 9; done | gzip -9 > library-cases.jsonl.gz
// One line: {"tokenizer": <tokenizer.json>, "cases": [{"text", "ids", "special" (with special tokens added), "decoded", "skipped" (without special tokens)}]}.
import { Tokenizer } from 'tokenizers'

let state = BigInt(process.argv[2] ?? 1)
const random = (n) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
  return Number((state >> 33n) % BigInt(n))
}
const pick = (list) => list[random(list.length)]
const chance = (percent) => random(100) < percent
const repeat = (count, make) => Array.from({ length: count }, make)

const words = ['the', 'cat', "don't", "I'M", "we'LL", "it'ſ", 'straße', 'ﬁn', 'naïve', 'cafe\u0301', 'Ωmega', 'Привет', '你好', '世界', 'こんにちは',
  'カタカナ', '한국어', '\u1112\u1161\u11ab', '𝐀𝐁', '𐐀𐐨', 'ⅷ', '½', '٣٤', '１２', '𝟗', '2024', '3.14', '👍🏽', '👩‍👩‍👧', 'é', 'e\u0301\u0323', 'ſK', 'ab', 'abcd', 'aab',
  'x', 'İ', 'ǅ', 'ᾳ', 'Å', '…', '—', '“q”', '()', '&&', '_a_', '№', '㋿', '㍿', '\u0345', 'ก็', 'नि', 'ⓐ', '🄰', '‿', 'Ⅷ', 'a\u0300\u0315\u0301', 'Å\u0323', '\u0f71\u0f72']
const spaces = [' ', ' ', ' ', '  ', '   ', '\n', '\r\n', '\n\n', '\t', '\u00a0', '\u3000', '\u2028', '\u0085', '\u200b', '\u200d', '\u001c', '', '', ' \n', '\n ']
const added = ['<s>', '<|end|>', '<|e', 'cat', 'the', ' x', 'é', '[MASK]', '<0x0A>', '你好', 'E', 'ab', 'abc', '▁▁']

const patterns = [
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  '[\\p{Han}]+|[\\p{Lu}\\p{Lo}&&[^\\p{Han}]]+|[^\\p{L}]', '\\p{Hiragana}+|\\p{Katakana}|\\p{Hangul}{2}', '\\w+|[^\\w\\s]+', '\\W', '', 'a*', 'a*?b', '(?<=a)b', '(?<!\\p{L})\\p{N}+', '(?<=e\\u0301|\\s)\\S',
  '(?:ab|a)(?:c|bcd)?', '(?:ab|cd)+?x?', '[a-c&&[^b]]+', '\\d{2,}', 'a{,2}b', '^.', '.$', '(?m:.)+', '.+', '\\h+', '(?i:k|s)+', '(?i)[a-c]|x', 'a(?i)B|C', '[[:punct:]]+', '[[:^space:]]+', '(?>a+)b|a', 'a{2}+', 'a{2}?', 'a{1,2}?b',
  '\\b', '\\B.', '\\A.|.\\z', '.\\Z', '(?:a|b*)*', '(?:a?)+x|(?:)', '\\G\\w', '\\P{^L}+', '\\p{^L}', '[^\\S\\n]+', '\\R', '(?<name>c)at', '\\x{4f60}|\\u597d|\\t', '[]a]', '[a-]', '[\\]\\[-]', '(?=.a)..', '\\p{Nd}|\\p{Letter_Number}|\\p{Other_Symbol}', '\\p{LC}+', "'(?![st])", '(?#note)a', '[\\w&&\\D&&[^_]]+', '[\\x00-\\x{1F}\\s]+']

const normalizer = (depth = 0) => {
  const kind = random(depth ? 11 : 14)
  switch (kind) {
    case 0: return { type: 'NFC' }
    case 1: return { type: 'NFD' }
    case 2: return { type: 'NFKC' }
    case 3: return { type: 'NFKD' }
    case 4: return { type: 'Lowercase' }
    case 5: return { type: 'StripAccents' }
    case 6: return { type: 'Strip', strip_left: chance(50), strip_right: chance(50) }
    case 7: return { type: 'Prepend', prepend: pick(['▁', 'a']) }
    case 8: return { type: 'Replace', pattern: { String: pick([' ', 'a', 'é', 'the']) }, content: pick(['▁', '', 'xx']) }
    case 9: return { type: 'Replace', pattern: { Regex: pick(['\\s+', '[aeiou]', "(?<=a)b", 'x*']) }, content: pick(['▁', '', ' ']) }
    case 10: return { type: 'Sequence', normalizers: repeat(random(4), () => normalizer(depth + 1)).filter((n) => n) }
    default: return null
  }
}
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']
const preTokenizer = (depth = 0) => {
  switch (random(depth ? 9 : 10)) {
    case 0: return { type: 'ByteLevel', add_prefix_space: chance(40), trim_offsets: chance(50), use_regex: chance(60) }
    case 1: return { type: 'Digits', individual_digits: chance(50) }
    case 2: return chance(30) ? { type: 'CharDelimiterSplit', delimiter: pick(['a', ' ', '你']) } : { type: 'Whitespace' }
    case 3: return { type: 'WhitespaceSplit' }
    case 4: return { type: 'Punctuation', behavior: pick(behaviors) }
    case 5: return { type: 'Metaspace', replacement: '▁', prepend_scheme: pick(['first', 'never', 'always']), split: chance(60) }
    case 6: case 7: return { type: 'Split', pattern: chance(80) ? { Regex: pick(patterns) } : { String: pick(['a', ' ', 'ab', '']) }, behavior: pick(behaviors), invert: chance(30) }
    case 8: return { type: 'Sequence', pretokenizers: repeat(random(4), () => preTokenizer(depth + 1)).filter((p) => p) }
    default: return null
  }
}
const decoder = (depth = 0) => {
  switch (random(depth ? 8 : 9)) {
    case 0: return { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }
    case 1: return { type: 'ByteFallback' }
    case 2: return { type: 'Fuse' }
    case 3: return { type: 'Replace', pattern: { String: pick(['▁', '##', 'a']) }, content: pick([' ', '']) }
    case 4: return { type: 'Strip', content: pick([' ', '▁']), start: random(3), stop: 0 }
    case 5: return { type: 'Metaspace', replacement: '▁', prepend_scheme: pick(['first', 'never', 'always']), split: true }
    case 6: return { type: 'BPEDecoder', suffix: '</w>' }
    case 7: return { type: 'Sequence', decoders: repeat(random(4), () => decoder(depth + 1)).filter((d) => d) }
    default: return null
  }
}

const byteAlphabet = () => {
  const out = []
  let next = 256
  for (let b = 0; b < 256; b++) {
    const printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174
    out.push(String.fromCharCode(printable ? b : next++))
  }
  return out
}
const text = () => repeat(random(12), () => (chance(12) ? pick(added) : pick(words)) + pick(spaces)).join('')

function makeTokenizer() {
  const style = random(3)
  const prefix = style === 2 && chance(60) ? '##' : chance(20) ? '' : null
  const suffix = style === 2 && chance(60) ? '</w>' : chance(20) ? '' : null
  const unknown = chance(70) ? '<unk>' : null
  let symbols
  if (style === 0) symbols = byteAlphabet().filter(() => !chance(5))
  else symbols = [...new Set([...(words.join('') + ' ▁\n')])].filter(() => !chance(20))
  if (style === 1 || chance(10)) symbols.push(...repeat(256, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`).filter(() => !chance(chance(50) ? 10 : 0)))
  const tokens = [...symbols]
  if (prefix) tokens.push(...symbols.map((s) => prefix + s))
  if (suffix) tokens.push(...symbols.map((s) => s + suffix), ...(prefix ? symbols.map((s) => prefix + s + suffix) : []))
  const known = new Set(tokens)
  if (!known.has('<unk>')) { tokens.push('<unk>'); known.add('<unk>') }
  const merges = []
  const bytes = (s) => style === 0 ? [...new TextEncoder().encode(s)].map((b) => byteAlphabet()[b]) : [...s]
  for (let i = 0; i < 60; i++) {
    const chars = bytes(pick([' ', '▁', '', '']) + pick(words) + pick(['', ' '])).map((c, j) => (j && prefix ? prefix + c : c))
    if (suffix && chars.length && chance(50)) chars[chars.length - 1] += suffix
    // Merge the word as known merges would, then join one more pair.
    let parts = chars.filter((c) => known.has(c))
    for (const [l, r] of merges)
      for (let j = 0; j + 1 < parts.length; j++)
        if (parts[j] === l && parts[j + 1] === r) parts.splice(j, 2, l + (prefix ? r.slice(prefix.length) : r))
    if (parts.length < 2) continue
    const at = random(parts.length - 1)
    const [l, r] = [parts[at], parts[at + 1]]
    if (prefix && !r.startsWith(prefix)) continue
    const merged = l + (prefix ? r.slice(prefix.length) : r)
    if (!known.has(merged)) { tokens.push(merged); known.add(merged) }
    merges.push([l, r])
  }
  const vocab = {}
  tokens.forEach((t, i) => { vocab[t] = i })
  let next = tokens.length
  const addedTokens = [...new Set(repeat(random(6), () => pick(added)))].map((content) => ({
    id: content in vocab ? vocab[content] : next++, content, single_word: chance(25), lstrip: chance(25), rstrip: chance(25), normalized: chance(30), special: chance(50) }))
  const postProcessor = chance(50) ? null : pick([
    { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'B', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: 'E', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { B: { id: 'B', ids: [1], tokens: ['B'] }, E: { id: 'E', ids: [2, 3], tokens: ['E', 'E'] } } },
    { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }, { type: 'RobertaProcessing', sep: ['s', 4], cls: ['c', 5], trim_offsets: true, add_prefix_space: true }] },
    { type: 'BertProcessing', sep: ['s', 4], cls: ['c', 5] }])
  return {
    version: '1.0', truncation: null, padding: null, added_tokens: addedTokens, normalizer: normalizer(), pre_tokenizer: style === 0 && chance(60) ? { type: 'ByteLevel', add_prefix_space: chance(40), trim_offsets: true, use_regex: chance(50) } : preTokenizer(),
    post_processor: postProcessor, decoder: decoder(),
    model: { type: 'BPE', dropout: null, unk_token: unknown, continuing_subword_prefix: prefix, end_of_word_suffix: suffix, fuse_unk: chance(50), byte_fallback: style === 1 ? chance(70) : chance(10),
      ignore_merges: chance(25), vocab, merges: chance(50) && !merges.some((m) => m.some((t) => t.includes(' '))) ? merges.map((m) => m.join(' ')) : merges },
  }
}

{
  const json = makeTokenizer()
  let tokenizer
  try {
    tokenizer = Tokenizer.fromString(JSON.stringify(json))
  } catch (e) {
    console.error(`skipped: ${e.message} ${JSON.stringify({ ...json, model: 0 })}`)
    process.exit(0)
  }
  const cases = []
  for (let j = 0; j < Number(process.argv[3] ?? 10); j++) {
    const t = text()
    const ids = (await tokenizer.encode(t, null, { addSpecialTokens: false })).getIds()
    const special = (await tokenizer.encode(t, null, { addSpecialTokens: true })).getIds()
    // From 0.23 on the library decodes a normalized added token to its normalized form; up to 0.22 it gave the token itself.
    const sameInAllVersions = ids.length && !(json.normalizer && json.added_tokens.some((a) => a.normalized))
    cases.push({ text: t, ids, special, ...(sameInAllVersions && { decoded: await tokenizer.decode(ids, false), skipped: await tokenizer.decode(ids, true) }) })
  }
  console.log(JSON.stringify({ tokenizer: json, cases }))
}
