using System.Text.Json.Serialization;

namespace TraceFast.Data.Statistics;

/// <summary>Lengths of prompts and of responses.</summary>
public sealed record PartLengths(LengthSummary Prompt, LengthSummary Response);

/// <summary>One writing system in the data.</summary>
/// <param name="Script">Its name; "Other" for letters of rarer ones, "None" for records without letters.</param>
/// <param name="Letters">Letters in all texts.</param>
/// <param name="Records">Records of which most letters are of this script.</param>
public sealed record ScriptCount(string Script, long Letters, int Records);

/// <summary>Records whose content appears more than once, exactly.</summary>
/// <param name="Groups">Different contents that do.</param>
/// <param name="Records">Records that could be removed without losing a content.</param>
/// <param name="Examples">For the first groups: "file:line" of each record.</param>
public sealed record DuplicateCount(int Groups, int Records, IReadOnlyList<IReadOnlyList<string>> Examples);

/// <summary>What <c>data stats</c> says about a data set.</summary>
/// <param name="Stage">The stage that it was read for.</param>
/// <param name="Records">Records to train on.</param>
/// <param name="Sources">The data sets that they come from.</param>
/// <param name="Kinds">Records by kind: sft, pair, quad, with _ids those of ready token ids, and prompt those of benchmarks.</param>
/// <param name="Turns">Messages per conversation or prompt, the system's included.</param>
/// <param name="Characters">Unicode code points per prompt and per response, messages of a prompt added up.</param>
/// <param name="Tokens">Tokens likewise, without what a template adds; null when no tokenizer was given and no record has ready
/// ids.</param>
/// <param name="Scripts">Writing systems, the most frequent first.</param>
/// <param name="Duplicates">Records that repeat another.</param>
/// <param name="EqualResponses">Pairs and quads whose two responses are the same.</param>
public sealed record DataStatistics(
    Stage Stage, int Records, IReadOnlyList<SourceReport> Sources, IReadOnlyDictionary<string, int> Kinds, LengthSummary Turns,
    PartLengths Characters, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PartLengths? Tokens,
    IReadOnlyList<ScriptCount> Scripts, DuplicateCount Duplicates, int EqualResponses)
{
    private const int MaxExamples = 10;

    /// <param name="data">The records.</param>
    /// <param name="countTokens">Counts the tokens of one text; null: only ready ids are counted.</param>
    public static DataStatistics Of(DataSet data, Func<string, int>? countTokens = null) => Of(data.Stage, data, data.Sources, countTokens);

    /// <param name="stage">What they were read for.</param>
    /// <param name="data">The records.</param>
    /// <param name="sources">Where they come from.</param>
    /// <param name="countTokens">Counts the tokens of one text; null: only ready ids are counted.</param>
    public static DataStatistics Of(
        Stage stage, IReadOnlyCollection<TrainingRecord> data, IReadOnlyList<SourceReport> sources, Func<string, int>? countTokens = null)
    {
        PartLists characters = new();
        PartLists tokens = new();
        Dictionary<string, long> letters = new();
        Dictionary<string, int> dominant = new();
        foreach (TrainingRecord record in data)
        {
            Dictionary<string, long> own = new();
            foreach (RecordPart part in RecordTexts.PartsOf(record))
            {
                if (part.TokenIds is { } ids)
                {
                    tokens.Add(part, ids.Length);
                    continue;
                }
                characters.Add(part, part.Texts.Sum(CodePoints));
                if (countTokens != null)
                    tokens.Add(part, part.Texts.Sum(countTokens));
                foreach (string text in part.Texts)
                    Statistics.Scripts.Count(text, own);
            }
            string script = Statistics.Scripts.Dominant(own);
            dominant[script] = dominant.GetValueOrDefault(script) + 1;
            foreach ((string name, long count) in own)
                letters[name] = letters.GetValueOrDefault(name) + count;
        }
        return new DataStatistics(stage, data.Count, sources,
            new SortedDictionary<string, int>(data.CountBy(RecordTexts.KindOf).ToDictionary(), StringComparer.Ordinal),
            LengthSummary.Of(data.SelectMany(RecordTexts.TurnsOf)), characters.Summary(), tokens.IsEmpty ? null : tokens.Summary(),
            Rank(letters, dominant), FindDuplicates(data), data.Count(RecordTexts.HasEqualResponses));
    }

    /// <summary>The keys are the parameters of this record, in snake_case.</summary>
    public string ToJson() => ReportJson.Write(this);

    private static List<ScriptCount> Rank(Dictionary<string, long> letters, Dictionary<string, int> dominant) =>
        [.. letters.Keys.Union(dominant.Keys)
            .Select(script => new ScriptCount(script, letters.GetValueOrDefault(script), dominant.GetValueOrDefault(script)))
            .OrderByDescending(count => count.Letters).ThenBy(count => count.Script, StringComparer.Ordinal)];

    private static DuplicateCount FindDuplicates(IReadOnlyCollection<TrainingRecord> data)
    {
        // The same place can be in a mix several times; that is not a duplicate of the data.
        List<List<string>> groups = [.. data
            .Select(record => (record.Origin, Hash: RecordHash.Of(record)))
            .Distinct()
            .GroupBy(entry => entry.Hash)
            .Select(group => group.Select(entry => entry.Origin.ToString()).ToList())
            .Where(group => group.Count > 1)];
        return new DuplicateCount(groups.Count, groups.Sum(group => group.Count - 1), [.. groups.Take(MaxExamples)]);
    }

    private static int CodePoints(string text)
    {
        int count = text.Length;
        foreach (char unit in text)
            count -= char.IsLowSurrogate(unit) ? 1 : 0;
        return count;
    }

    private sealed class PartLists
    {
        private readonly List<int> _prompts = [];
        private readonly List<int> _responses = [];

        public bool IsEmpty => _prompts.Count == 0;

        public void Add(RecordPart part, int length) => (part.IsResponse ? _responses : _prompts).Add(length);

        public PartLengths Summary() => new(LengthSummary.Of(_prompts), LengthSummary.Of(_responses));
    }
}
