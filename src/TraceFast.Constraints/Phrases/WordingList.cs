using System.Collections;
using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Phrases;

/// <summary>Builds the wordings of a sort: templates in English and Chinese, about the whole or about parts (@ stands for the part's name), for all arguments or some.</summary>
public sealed class WordingList : IReadOnlyList<Wording>
{
    private readonly List<Wording> _wordings = [];

    public int Count => _wordings.Count;

    public Wording this[int index] => _wordings[index];

    public WordingList English(params ReadOnlySpan<string> templates) => Add(Language.English, "", templates);

    public WordingList Chinese(params ReadOnlySpan<string> templates) => Add(Language.Chinese, "", templates);

    /// <param name="when">As <see cref="Wording.When"/>.</param>
    /// <param name="templates">Templates about the whole answer.</param>
    public WordingList EnglishWhen(string when, params ReadOnlySpan<string> templates) => Add(Language.English, when, templates);

    /// <inheritdoc cref="EnglishWhen"/>
    public WordingList ChineseWhen(string when, params ReadOnlySpan<string> templates) => Add(Language.Chinese, when, templates);

    /// <param name="parts">The parts; the whole is left out.</param>
    /// <param name="templates">Templates with @ for the part's name; each is taken with every name of the part.</param>
    public WordingList EnglishAbout(IReadOnlyList<Scope> parts, params ReadOnlySpan<string> templates) => About(Language.English, parts, "", templates);

    /// <inheritdoc cref="EnglishAbout"/>
    public WordingList ChineseAbout(IReadOnlyList<Scope> parts, params ReadOnlySpan<string> templates) => About(Language.Chinese, parts, "", templates);

    public WordingList About(Language language, IReadOnlyList<Scope> parts, string when, params ReadOnlySpan<string> templates)
    {
        foreach (Scope part in parts)
        {
            foreach (string template in templates)
            {
                foreach (string name in ScopeNames.Of(part, language))
                {
                    string filled = template.Replace("@", name, StringComparison.Ordinal);
                    _wordings.Add(new Wording(language, char.ToUpperInvariant(filled[0]) + filled[1..], part, when));
                }
            }
        }

        return this;
    }

    /// <summary>Wordings made elsewhere, such as those of counts.</summary>
    public WordingList Add(IEnumerable<Wording> wordings)
    {
        _wordings.AddRange(wordings);
        return this;
    }

    public IEnumerator<Wording> GetEnumerator() => _wordings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private WordingList Add(Language language, string when, ReadOnlySpan<string> templates)
    {
        foreach (string template in templates)
            _wordings.Add(new Wording(language, template, Scope.Whole, when));
        return this;
    }
}
