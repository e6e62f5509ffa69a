using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints.Recognition;

/// <summary>One exact constraint read out of a line.</summary>
/// <param name="Constraint">What a program checks.</param>
/// <param name="Where">The words of the line that say it.</param>
public sealed record RecognizedConstraint(Constraint Constraint, TextSpan Where);

/// <summary>What was read out of one line of an instruction.</summary>
/// <param name="Found">Exact constraints, in the order of the line; none: the whole line is for a judge.</param>
/// <param name="IsWhole">
/// True: they say everything that the line asks for, so that a program alone decides whether the line is obeyed. False: the line asks for
/// more, so that violating one of them violates the line, but obeying all of them leaves the rest to a judge.
/// </param>
public sealed record Recognition(IReadOnlyList<RecognizedConstraint> Found, bool IsWhole)
{
    /// <summary>Nothing that a program decides.</summary>
    public static Recognition ForJudge { get; } = new([], false);
}

/// <summary>
/// Reads exact constraints out of one line of an instruction, in Chinese or English. Precision before recall: what it is not sure of is
/// left to a judge. Linear in the length of the line; throws on no text.
/// </summary>
public static class ConstraintRecognizer
{
    /// <summary>A longer line is a text, a table or a process that the answer is about, not a constraint.</summary>
    public const int LongestLine = 2000;

    private static readonly PatternFamily[] s_families =
    [
        LengthPatterns.Chinese, LengthPatterns.English, new FormatPatterns(), new ListPatterns(), new HeadingPatterns(),
        new EmphasisPatterns(), new WordPatterns(), new EdgePatterns(), new LanguagePatterns(), new LetterPatterns(),
        new MarkPatterns(), new ReferencePatterns(),
    ];

    /// <summary>Reads a line.</summary>
    /// <param name="line">One constraint as an instruction has it, with or without a number or bullet before it.</param>
    /// <param name="task">What the instruction asks for, where known: in a task about a program, the form of its output is not the form of
    /// the answer.</param>
    public static Recognition Recognize(string line, string? task = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!IsCodeTask(task) && ReadOwnWording(line) is { } own)
            return new([new(own, new(0, line.Length))], true);
        (IReadOnlyList<Reading> readings, bool isWhole) = Read(line, task);
        List<RecognizedConstraint> found = [];
        foreach (Reading reading in readings)
        {
            if (reading.Constraint is not { } constraint)
                isWhole = false;
            else if (!found.Any(f => f.Constraint.Equals(constraint)))
                found.Add(new(constraint, reading.Span));
        }

        return found.Count == 0 ? Recognition.ForJudge : new(found, isWhole);
    }

    private static bool IsCodeTask(string? task) => task is { Length: <= LongestLine } && Doubt.IsCodeTask(task);

    /// <summary>The constraint that the line says in one of the catalogue's own wordings.</summary>
    private static Constraint? ReadOwnWording(string line)
    {
        if (line.Length > LongestLine)
            return null;
        string text = line[Clause.SkipMarker(line)..].Trim();
        string bare = text.TrimEnd('；', ';', '。', '.', ' ');
        Language language = line.Any(Clause.IsHan) ? Language.Chinese : Language.English;
        return Statements.Parse(bare, language) ?? (text.Length == bare.Length ? null : Statements.Parse(text, language));
    }

    /// <summary>What the patterns read, and whether it is all that the line says.</summary>
    internal static (IReadOnlyList<Reading> Readings, bool IsWhole) Read(string line, string? task)
    {
        if (line.Length > LongestLine)
            return ([], false);
        IReadOnlyList<Clause> clauses = Clause.Split(line);
        List<Reading> readings = Read(line, clauses, task);
        return (readings, readings.Count > 0 && Coverage.IsWhole(clauses, readings));
    }

    private static List<Reading> Read(string line, IReadOnlyList<Clause> clauses, string? task)
    {
        LineContext context = new(line, IsCodeTask(task));
        List<Reading> readings = [];
        foreach (Clause clause in clauses)
        {
            int before = readings.Count;
            foreach (PatternFamily family in s_families)
                family.Read(clause, context, readings);
            if (readings.Count == before)
                context.IsSubjectLost = true;
        }

        for (int i = 0; i < readings.Count; i++)
        {
            for (int j = i + 1; j < readings.Count; j++)
            {
                if (Reading.Join(readings[i], readings[j]) is not { } joined)
                    continue;
                readings[i] = joined;
                readings.RemoveAt(j--);
            }
        }

        return readings;
    }
}
