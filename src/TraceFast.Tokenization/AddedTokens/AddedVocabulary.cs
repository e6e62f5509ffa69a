using System.Globalization;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Models;
using TraceFast.Tokenization.Normalizers;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.AddedTokens;

/// <summary>A stretch of text: an added token (its id), or text that is still to be tokenized (id -1).</summary>
internal readonly record struct Segment(int Start, int Length, int Id)
{
    public const int Text = -1;
}

/// <summary>The tokens of <c>added_tokens</c> and of the files beside it, and how they are cut out of a text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, AddedToken> _tokens = [];
    private readonly HashSet<string> _specialContents = new(StringComparer.Ordinal);

    // As the library keeps them: what is looked for (in the text as given, or normalized) is a token's first form, how a match is treated
    // its last.
    private readonly List<AddedToken> _special = [];
    private readonly List<AddedToken> _others = [];

    private AddedVocabulary(IReadOnlyList<AddedToken> own, IReadOnlyList<AddedToken> beside, INormalizer? normalizer)
    {
        Add(own);
        Add(beside);
        WithCompanions = beside;
        AddedToken[] all = [.. _special, .. _others];
        InRawText = TokenTrie.Of(all.Where(t => !t.Normalized).Select(t => (t.Content, t.Id)));
        InNormalizedText = TokenTrie.Of(all.Where(t => t.Normalized)
            .Select(t => (Normalized(t.Content, normalizer), t.Id)));
    }

    /// <summary>What the files beside a tokenizer.json add or change.</summary>
    public IReadOnlyList<AddedToken> WithCompanions { get; }

    /// <summary>The tokens looked for in the text as given.</summary>
    public TokenTrie InRawText { get; }

    /// <summary>The tokens looked for in normalized text.</summary>
    public TokenTrie InNormalizedText { get; }

    public IReadOnlyCollection<AddedToken> Tokens => _tokens.Values;

    /// <summary>Reads the added tokens of a tokenizer.</summary>
    /// <param name="file">The tokenizer; a tokenizer.json's folder is looked into too.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="normalizer">The tokenizer's.</param>
    /// <exception cref="InputException">A malformed token, or an id other than the one that the library gives the token.</exception>
    public static AddedVocabulary Read(TokenizerFile file, Vocabulary vocabulary, INormalizer? normalizer)
    {
        List<AddedToken> own = ReadOwn(file.Section("added_tokens"), vocabulary);
        return new AddedVocabulary(own, file.HasCompanions ? CompanionTokens.Read(file.Path, own, vocabulary) : [], normalizer);
    }

    private static List<AddedToken> ReadOwn(JsonConfig? section, Vocabulary vocabulary)
    {
        List<AddedToken> added = new();
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        int nextFree = vocabulary.Count;
        foreach (JsonConfig item in section?.Items() ?? [])
        {
            AddedToken token = AddedToken.Read(item);
            if (token.Content.Length == 0)
                continue;
            // The library trusts the vocabulary and its own counting, not the file's id: a file in which they differ would
            // give other ids there than it says.
            int expected = seen.TryGetValue(token.Content, out int before) ? before : vocabulary.Id(token.Content) ?? nextFree;
            if (token.Id != expected)
            {
                throw item.Error(
                    string.Create(CultureInfo.InvariantCulture, $"\"{token.Content}\" with id {token.Id}"),
                    string.Create(CultureInfo.InvariantCulture,
                    $"id {expected}: the vocabulary's id of the token, or the next free one"));
            }
            seen[token.Content] = token.Id;
            nextFree = Math.Max(nextFree, token.Id + 1);
            added.Add(token);
        }
        return added;
    }

    private void Add(IReadOnlyList<AddedToken> batch)
    {
        foreach (AddedToken token in batch)
            if (token.Special && _specialContents.Add(token.Content))
                _special.Add(token);
        foreach (AddedToken token in batch)
        {
            _ids[token.Content] = token.Id;
            _tokens[token.Id] = token;
            if (!_specialContents.Contains(token.Content))
                _others.Add(token);
        }
    }

    private static string Normalized(string content, INormalizer? normalizer)
    {
        int origin = 0;
        string normalized = normalizer is null ? content : normalizer.Normalize(content, ref origin);
        return normalized.Length <= 4 * AddedToken.MaximumLength
            ? normalized
            : throw new InputException(
                $"the normalizer makes the added token \"{content}\" {normalized.Length} characters long, expected "
                    + $"at most {4 * AddedToken.MaximumLength}");
    }

    public int? Id(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public string? Token(int id) => _tokens.GetValueOrDefault(id)?.Content;

    public bool IsSpecial(string token) => _specialContents.Contains(token);

    /// <summary>
    /// Cuts a text at the tokens that <paramref name="trie"/> finds. With <paramref name="specialAsPlain"/> special tokens
    /// are found but left as text, so they still hide other tokens that they overlap, as in the library.
    /// </summary>
    /// <param name="plain">for each character, whether it may not be part of a special token; empty where all may</param>
    public void Split(
        ReadOnlySpan<char> text, TokenTrie trie, bool specialAsPlain, List<Segment> segments, ReadOnlySpan<bool> plain = default)
    {
        int done = 0;
        int from = 0;
        while (!trie.IsEmpty && trie.Next(text, from) is { } match)
        {
            (int start, int end, int id) = match;
            from = end;
            AddedToken token = _tokens[id];
            if (specialAsPlain && _specialContents.Contains(token.Content))
                continue;
            if (!plain.IsEmpty && plain[start..end].Contains(true) && _specialContents.Contains(token.Content))
            {
                // A match that plain text only began must not hide one that starts inside it.
                if (plain[start..end].Contains(false))
                    from = start + 1;
                continue;
            }
            if (token.SingleWord && (CharacterClasses.EndsWithWord(text[..start]) || CharacterClasses.StartsWithWord(text[end..])))
                continue;
            // Space that the token before took is not taken twice.
            if (token.StripLeft)
                start = Math.Max(text[..start].TrimEnd().Length, done);
            if (token.StripRight)
                end = text.Length - text[end..].TrimStart().Length;
            if (done < start)
                segments.Add(new Segment(done, start - done, Segment.Text));
            segments.Add(new Segment(start, end - start, id));
            done = end;
        }
        if (done != text.Length)
            segments.Add(new Segment(done, text.Length - done, Segment.Text));
    }
}
