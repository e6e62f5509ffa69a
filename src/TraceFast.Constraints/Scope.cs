using System.Text.Json;
using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints;

/// <summary>
/// The part of the answer that a constraint is about. "Each" parts: every such part must obey, and there must be at least one.
/// </summary>
public enum Scope
{
    Whole,
    Title,
    FirstLine,
    LastLine,
    FirstSentence,
    LastSentence,
    FirstParagraph,
    LastParagraph,
    EachParagraph,
    EachSentence,
    EachLine,
    EachItem,
}

/// <summary>What scopes are called.</summary>
public static class ScopeNames
{
    private static readonly string[] s_ids = [.. Enum.GetNames<Scope>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>In JSON and labels, for example each_paragraph.</summary>
    public static string IdOf(Scope scope) => s_ids[(int)scope];

    /// <exception cref="ConstraintException">There is no such scope.</exception>
    public static Scope Parse(string id) => Array.IndexOf(s_ids, id) is var index and >= 0
        ? (Scope)index
        : throw new ConstraintException($"there is no scope \"{id}\" of an answer; known: {string.Join(", ", s_ids)}");

    /// <summary>In instructions, the plainest first; none for the whole.</summary>
    public static IReadOnlyList<string> In(Language language, Scope scope) => TemplateLibrary.Of(language).NamesOf("scope", IdOf(scope));

    /// <summary>In reasons: "the answer", "the first paragraph", "each list item".</summary>
    internal static string Describe(Scope scope) => scope == Scope.Whole ? "the answer" : In(Language.English, scope)[0];

    /// <summary>Without its article: "first paragraph", "list item".</summary>
    internal static string Bare(Scope scope) => Describe(scope).Split(' ', 2)[1];

    /// <summary>The verdict where an answer has no such part.</summary>
    internal static Verdict Missing(Scope scope) => new(Outcome.Violated, $"the answer has no {Bare(scope)}");
}
