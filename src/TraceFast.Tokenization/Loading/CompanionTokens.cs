using System.Globalization;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.AddedTokens;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization.Models;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// The tokens that the files beside a tokenizer.json add to it or change, as transformers' fast tokenizers read them (4.57,
/// PreTrainedTokenizerBase._from_pretrained and PreTrainedTokenizerFast.__init__): added_tokens_decoder of tokenizer_config.json, or, in
/// folders of the old kind that have none, added_tokens.json; then the named tokens, special_tokens_map.json among them. Where such a token
/// is in tokenizer.json with other flags, those beside it hold.
/// </summary>
internal sealed class CompanionTokens
{
    private readonly string _tokenizer;
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<string, AddedToken> _own;
    private int _nextFree;

    private CompanionTokens(string tokenizer, IReadOnlyList<AddedToken> own, Vocabulary vocabulary)
    {
        _tokenizer = tokenizer;
        _vocabulary = vocabulary;
        _own = own.GroupBy(t => t.Content, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        _nextFree = own.Select(t => t.Id + 1).Append(vocabulary.Count).Max();
    }

    /// <summary>
    /// What is added to or changed in a tokenizer.json, in order, each with its id; empty where the files beside it say the same.
    /// </summary>
    /// <param name="tokenizer">The tokenizer.json; its folder is looked into.</param>
    /// <param name="own">The added tokens that it has.</param>
    /// <param name="vocabulary">Its model's tokens.</param>
    /// <exception cref="InputException">
    /// A file is malformed; a token is stated with another id than transformers gives it; eos_token is no token of the vocabulary.
    /// </exception>
    public static IReadOnlyList<AddedToken> Read(string tokenizer, IReadOnlyList<AddedToken> own, Vocabulary vocabulary) =>
        new CompanionTokens(tokenizer, own, vocabulary).Read(Path.GetDirectoryName(Path.GetFullPath(tokenizer))!);

    private List<AddedToken> Read(string folder)
    {
        JsonConfig? config = JsonConfig.ReadIfPresent(folder, "tokenizer_config.json");
        SpecialTokens named = SpecialTokens.ReadNames(folder);
        HashSet<string> special = [.. named.All.Select(t => t.Content)];
        bool ofOldKind = config?.Optional("added_tokens_decoder") is null;
        IReadOnlyList<Stated> stated = ofOldKind
            ? OldKind(folder, special)
            : [.. config!.Value.Required("added_tokens_decoder").Members().Select(Decoder).OrderBy(s => s.Token.Id)];

        List<AddedToken> toAdd = [
            .. stated.Select(s => s.Token).Where(t => !(_own.TryGetValue(t.Content, out AddedToken? known) && SameFlags(known, t)))];
        HashSet<string> present = [.. _own.Keys, .. toAdd.Select(t => t.Content)];
        Dictionary<string, AddedToken> byContent = stated.Select(s => s.Token).Concat(ofOldKind ? _own.Values : [])
            .GroupBy(t => t.Content, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (NamedToken token in named.All)
        {
            AddedToken? whole = token.IsListed ? token.Flags : byContent.GetValueOrDefault(token.Content) ?? token.Flags;
            if (whole is null ? present.Contains(token.Content) : toAdd.Exists(t => SameFlags(t, whole)))
                continue;
            toAdd.Add(whole ?? AddedToken.SpecialOf(token.Content));
        }

        List<AddedToken> changes = [];
        foreach (AddedToken token in toAdd.Where(t => t.Content.Length > 0)
            .Select(t => t with { Special = t.Special || special.Contains(t.Content) }))
        {
            AddedToken numbered = token with { Id = IdOf(token.Content, named, stated) };
            if (_own.TryGetValue(token.Content, out AddedToken? before) && SameFlags(before, token))
                continue;
            _own[token.Content] = numbered;
            changes.Add(numbered);
        }
        foreach (Stated entry in stated)
            RequireId(entry);
        return changes;
    }

    /// <summary>The id that the library gives a token: the one that it has, or the next free one.</summary>
    private int IdOf(string content, SpecialTokens named, IReadOnlyList<Stated> stated)
    {
        if (_own.TryGetValue(content, out AddedToken? known))
            return known.Id;
        if (_vocabulary.Id(content) is { } id)
            return id;
        if (named.EosToken is { } eos && eos.Content == content && !stated.Any(s => s.Token.Content == content))
        {
            throw eos.Place.Error(
                $"\"{content}\"",
                $"a token of the vocabulary: {Path.GetFileName(_tokenizer)} does not have it, nor does added_tokens_decoder, so the model "
                + "cannot have learned it; name the token that ends its answers");
        }
        return _nextFree++;
    }

    // transformers counts as the library does and reads the stated id past: a file in which they differ would give other ids there than it
    // says.
    private void RequireId(Stated entry)
    {
        if (entry.Token.Content.Length == 0 || _own[entry.Token.Content].Id is var id && id == entry.Token.Id)
            return;
        string taken = _vocabulary.Token(entry.Token.Id) is { } other ? $" (which is \"{other}\" in {Path.GetFileName(_tokenizer)})" : "";
        throw entry.Place.Error(
            string.Create(CultureInfo.InvariantCulture, $"\"{entry.Token.Content}\" with id {entry.Token.Id}{taken}"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"id {id}: the one that {Path.GetFileName(_tokenizer)} gives the token, or the next free one"));
    }

    private static Stated Decoder((string Key, JsonConfig Value) entry) =>
        int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? new Stated(AddedToken.ReadCompanion(entry.Value, id), entry.Value)
            : throw entry.Value.Error($"the key \"{entry.Key}\"", "a token id");

    /// <summary>added_tokens.json: text to id. An id that tokenizer.json has too is that file's.</summary>
    private IReadOnlyList<Stated> OldKind(string folder, HashSet<string> special) =>
        JsonConfig.ReadIfPresent(folder, "added_tokens.json") is not { } old ? []
            : [.. old.Members()
                .Select(m =>
                    new Stated(
                        new AddedToken(
                            m.Value.AsInteger(), m.Name, false, false, false, Normalized: !special.Contains(m.Name),
                            special.Contains(m.Name)), m.Value))
                .Where(s => !_own.Values.Any(t => t.Id == s.Token.Id))
                .OrderBy(s => s.Token.Id)];

    private static bool SameFlags(AddedToken a, AddedToken b) => a with { Id = b.Id } == b;

    /// <summary>A token with the id that a file gives it, and where.</summary>
    private readonly record struct Stated(AddedToken Token, JsonConfig Place);
}
