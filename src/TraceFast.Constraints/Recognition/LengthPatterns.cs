using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Lengths of the answer or of a part that can be found: "全文不超过800字", "每段不少于50字", "Use at least 300 words", "each paragraph has 3 to 5
/// sentences". A clause is a subject, a count or two with the same unit, and words that add nothing.
/// </summary>
internal sealed class LengthPatterns(LengthPatterns.Wording wording) : PatternFamily
{
    /// <summary>
    /// How one language says lengths. The patterns before a count have the groups whole, for the answer, and a scope's or a type's name,
    /// for a part or a measure.
    /// </summary>
    /// <param name="Words">Its words.</param>
    /// <param name="Count">The pattern of a count of a unit.</param>
    /// <param name="Before">What is before a count: the subject and words that add nothing.</param>
    /// <param name="Between">What is between two counts.</param>
    /// <param name="After">What is after the last one.</param>
    /// <param name="Measure">
    /// The pattern up to a measure that says the unit before its count: "字符数控制在450个以内", "the number of words in your response must be ...".
    /// </param>
    /// <param name="BeforeMeasured">The pattern from there to the count.</param>
    /// <param name="MeasuredCount">Such a count.</param>
    /// <param name="BareMeasure">What such a count means without a bound.</param>
    /// <param name="IsPartSure">A part that is named is one of the answer, even after a clause that was not read.</param>
    internal sealed record Wording(
        Vocabulary Words, Func<string, string> Count, Regex Before, Regex Between, Regex After, string Measure, string BeforeMeasured,
        Regex MeasuredCount, CountPhrase.Bare BareMeasure, bool IsPartSure)
    {
        private static readonly (CountType Type, CountPhrase.Bare Bare)[] s_types =
        [
            (Counts.Han, CountPhrase.Bare.Unclear), (Counts.Characters, CountPhrase.Bare.Unclear), (Counts.Words, CountPhrase.Bare.Unclear),
            (Counts.Sentences, CountPhrase.Bare.Exact), (Counts.ParagraphTotal, CountPhrase.Bare.Exact),
            (Counts.Lines, CountPhrase.Bare.Exact),
        ];

        public (CountType Type, Regex Count, CountPhrase.Bare Bare)[] Units { get; } =
        [
            .. s_types.Where(t => Words.Has($"unit {t.Type.Name}"))
                .Select(t => (t.Type, Pattern(Count(Words[$"unit {t.Type.Name}"])), t.Bare)),
        ];

        /// <summary>A clause that starts with a measure.</summary>
        public Regex StartsWithMeasure { get; } = Pattern(Measure);

        public Regex MeasuredBefore { get; } = Pattern(Measure + BeforeMeasured);

        public CountType[] Measures { get; } = [.. MeasuresIn(Words)];

        public Scope[] Parts { get; } = [.. PartsIn(Words)];

        public Regex? ParagraphSeparators { get; } = Words.Has("paragraph separators") ? Pattern(Words["paragraph separators"]) : null;

        /// <summary>A clause that asks for one sentence in words of its own.</summary>
        public Regex? OneSentence { get; } = Words.Has("one sentence")
            ? Pattern($"^{Words["one sentence leads"]}?{Words["only"]}?{Words["one sentence"]}{Words["one sentence verbs"]}"
                + $"{Words["one sentence tails"]}?$")
            : null;

        /// <summary>A pattern of the names of parts.</summary>
        public static string PartNames(Vocabulary words) => string.Join('|', PartsIn(words).Select(s => $"(?<{s}>{words[ListOf(s)]})"));

        /// <summary>A pattern of the names of measures.</summary>
        public static string MeasureNames(Vocabulary words) =>
            string.Join('|', MeasuresIn(words).Select(t => $"(?<{t.Name}>{words[$"measure {t.Name}"]})"));

        private static IEnumerable<Scope> PartsIn(Vocabulary words) => Enum.GetValues<Scope>().Where(s => words.Has(ListOf(s)));

        private static IEnumerable<CountType> MeasuresIn(Vocabulary words) =>
            s_types.Select(t => t.Type).Where(t => words.Has($"measure {t.Name}"));

        private static string ListOf(Scope scope) => $"scope {ScopeNames.IdOf(scope)}";
    }

    private static readonly string s_zhLeads = $"^{Zh["length leads"]}*";
    private static readonly string s_enModals = $"(?:\\s|{En["length modals"]})*$";

    public static LengthPatterns Chinese { get; } = new(new(
        Zh,
        unit => CountPhrase.Chinese(unit),
        Pattern(
            $"{s_zhLeads}(?:(?<whole>{Zh["entire answer names"]}|{Zh["entire"]}?{Zh["answer names"]}(?:的?{Zh["answer aspects"]})?"
            + $"|{Zh["totals"]})|{Wording.PartNames(Zh)})?"
            + $"(?:的?(?:(?<whole>{Zh["total prefixes"]})|{Zh["measure prefixes"]})?(?:{Zh["measures"]}"
            + $"|(?<whole>{Zh["total measures"]})))?{Zh["length modals"]}*$"),
        Pattern($"^(?:{Zh["between lengths"]}|\\s)*$"),
        Pattern($"^{Zh["length tails"]}*$"),
        $"{s_zhLeads}(?<whole>{Zh["measured entire"]}?{Zh["answer names"]}的?|{Zh["total prefixes"]})?(?:{Wording.MeasureNames(Zh)})",
        $"{Zh["length modals"]}*$",
        Pattern(CountPhrase.Chinese($"{Zh["measure classifiers"]}?") + "$"),
        CountPhrase.Bare.Unclear,
        IsPartSure: false));

    public static LengthPatterns English { get; } = new(new(
        En,
        unit => CountPhrase.English(unit),
        Pattern(
            $"^(?:{En["length leads"]}|[\\s,:])*"
            + $"(?:(?<whole>(?:{En["answer determiners"]}\\s+)?(?:{En["answer adjectives"]}\\s+)?{En["answer names"]})"
            + $"|{Wording.PartNames(En)})?{s_enModals}"),
        Pattern($"^(?:\\s|{En["between lengths"]})*$"),
        Pattern($"^(?:\\s|{En["length tails"]})*[.\\s]*$"),
        $"^(?:{En["measure leads"]}|[\\s,])*{En["measure openings"]} (?:{Wording.MeasureNames(En)})",
        $" {En["measure joints"]} {En["determiners"]} (?:{En["whole"]} )?(?<whole>{En["answer names"]}) {En["measure modals"]}(?: |$)"
            + $"{En["measure verbs"]}?\\s*$",
        Pattern(CountPhrase.English("") + "\\.?$"),
        CountPhrase.Bare.Exact,
        IsPartSure: true));

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (clause.Index == 0 && wording.OneSentence?.Match(clause.Text) is { Success: true } one)
            found.Add(At(clause, one, Counts.Sentences, CountRange.Exactly(1)));
        else if (ReadMeasured(clause, line) is { } measured)
            found.Add(measured);
        else
            ReadCounts(clause, line, found);
    }

    private void ReadCounts(Clause clause, LineContext line, ICollection<Reading> found)
    {
        foreach ((CountType type, Regex pattern, CountPhrase.Bare bare) in wording.Units)
        {
            Match first = pattern.Match(clause.Text);
            if (!first.Success || (type == Counts.ParagraphTotal && HasOwnSeparators(line)))
                continue;
            bool two = first.NextMatch() is { Success: true } second
                && wording.Between.IsMatch(clause.Text[(first.Index + first.Length)..second.Index]);
            Match last = two ? first.NextMatch() : first;
            Match before = wording.Before.Match(clause.Text[..first.Index]);
            if (!before.Success || !wording.After.IsMatch(clause.Text[(last.Index + last.Length)..])
                || Subject(before, line) is not { } scope)
                continue;
            foreach (Match match in two ? new[] { first, last } : [first])
            {
                if (CountPhrase.Read(match, "", bare) is { } range)
                    found.Add(Counted(clause.Whole, type, range, scope));
            }

            return;
        }
    }

    /// <summary>The line says itself what is between paragraphs, so that they are not those of blank lines.</summary>
    private bool HasOwnSeparators(LineContext line) => wording.ParagraphSeparators is { } separators && line.Has(separators);

    private Reading? ReadMeasured(Clause clause, LineContext line)
    {
        if (!wording.StartsWithMeasure.IsMatch(clause.Text))
            return null;
        Match match = wording.MeasuredCount.Match(clause.Text);
        Match before = match.Success ? wording.MeasuredBefore.Match(clause.Text[..match.Index]) : match;
        if (!before.Success || (line.IsSubjectLost && !before.Groups["whole"].Success)
            || CountPhrase.Read(match, "", wording.BareMeasure) is not { } range)
            return null;
        return Counted(clause.Whole, wording.Measures.First(t => before.Groups[t.Name].Success), range);
    }

    /// <summary>The scope of the clause; null where that is not certain.</summary>
    private Scope? Subject(Match before, LineContext line)
    {
        foreach (Scope scope in wording.Parts)
        {
            if (before.Groups[scope.ToString()].Success)
                return line.IsSubjectLost && !wording.IsPartSure ? null : scope;
        }

        return before.Groups["whole"].Success || !line.IsSubjectLost ? Scope.Whole : null;
    }
}
