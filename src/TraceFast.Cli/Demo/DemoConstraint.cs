using System.Globalization;

namespace TraceFast.Cli.Demo;

/// <summary>
/// One constraint of the demonstration's data: how the instruction says it, and what it makes of an answer, which is a list of
/// sentences without their end marks. Two constraints of one sort with different values can not both be obeyed.
/// </summary>
internal sealed record DemoConstraint(string Sort, string Phrase, Action<DemoAnswer> Apply)
{
    public static IReadOnlyList<IReadOnlyList<DemoConstraint>> Sorts { get; } =
    [
        [.. Enumerable.Range(1, 3).Select(n => new DemoConstraint("count", n == 1 ? "Use one sentence." : $"Use {Number(n)} sentences.", a => a.Count = n))],
        [
            new("case", "Use capital letters only.", a => a.Case = s => s.ToUpperInvariant()),
            new("case", "Use small letters only.", a => a.Case = s => s.ToLowerInvariant()),
        ],
        [
            new("end", "End each sentence with an exclamation mark.", a => a.EndMark = "!"),
            new("end", "End each sentence with three dots.", a => a.EndMark = "..."),
        ],
        [
            new("list", "Write a numbered list.", a => a.Prefix = i => (i + 1).ToString(CultureInfo.InvariantCulture) + ". "),
            new("list", "Write a list with dashes.", a => a.Prefix = _ => "- "),
        ],
        [.. new[] { "Well", "Indeed", "Listen" }.Select(w => new DemoConstraint("start", $"Start with the word {w}.", a => a.Opening = w + ", "))],
        [.. new[] { "Thank you", "That is all", "Good luck" }.Select(w => new DemoConstraint("close", $"Close with: {w}", a => a.Closing = w))],
    ];

    private static string Number(int n) => n == 2 ? "two" : "three";
}

/// <summary>What the constraints of one instruction have decided about its answer.</summary>
internal sealed class DemoAnswer
{
    public int Count { get; set; } = 2;

    public Func<string, string> Case { get; set; } = s => s;

    public string EndMark { get; set; } = ".";

    public Func<int, string>? Prefix { get; set; }

    public string Opening { get; set; } = "";

    public string Closing { get; set; } = "";

    public string Write(IReadOnlyList<string> sentences)
    {
        List<string> lines = [];
        for (int i = 0; i < Count; i++)
            lines.Add((Prefix?.Invoke(i) ?? "") + (i == 0 ? Opening : "") + sentences[i] + EndMark);
        string body = string.Join(Prefix == null ? " " : "\n", lines);
        return Case(Closing.Length == 0 ? body : body + (Prefix == null ? " " : "\n") + Closing + EndMark);
    }
}
