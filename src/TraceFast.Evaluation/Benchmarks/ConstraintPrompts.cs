using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;
using TraceFast.Synthesis;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Reads files whose records state their constraints, as <c>data synth</c> and <c>data quads</c> write them: {"prompt", "constraints"}, one
/// prompt, or {"x1", "constraints1", "x2", "constraints2"}, two prompts of one unit. A prompt's id is the record's "id", or its line where
/// it has none; the prompts of a quad add /1 and /2.
/// </summary>
public static class ConstraintPrompts
{
    private const string Expected =
        "expected {\"prompt\", \"constraints\"} as data synth --layout sft writes it, or a quad with \"constraints1\" and \"constraints2\"";

    /// <summary>The prompts of a file, those of a quad one behind the other.</summary>
    /// <exception cref="InputException">The file cannot be read or holds nothing; a record states no constraints, or states them wrongly:
    /// names file and line.</exception>
    public static IReadOnlyList<ConstraintPrompt> Read(string path) => Of(ResponseFile.Read(path));

    /// <summary>
    /// The prompts of those records of a file that state constraints; <see cref="ConstraintPrompt.Unit"/> is the record's number in the
    /// file, from 0.
    /// </summary>
    /// <exception cref="InputException">As <see cref="Read"/>, but for records that state none.</exception>
    public static IReadOnlyList<ConstraintPrompt> ReadStating(string path) => Of(ResponseFile.Read(path), States);

    /// <summary>
    /// The prompts of records, and the response that stands in each record: "response", in a quad "response1" and "response2".
    /// </summary>
    /// <exception cref="InputException">A record is not as it should be; names file and line.</exception>
    internal static (IReadOnlyList<ConstraintPrompt> Prompts,
        IReadOnlyList<string> Responses) WithResponses(IReadOnlyList<JsonLine> records)
    {
        IReadOnlyList<ConstraintPrompt> prompts = Of(records);
        return (prompts,
            [.. records.SelectMany(r => IsQuad(r) ? [r.Text("response1"), r.Text("response2")] : (string[])[ResponseFile.TextOf(r)])]);
    }

    /// <summary>Whether a record states its constraints.</summary>
    internal static bool States(JsonLine record) => record.Has("constraints") || IsQuad(record);

    private static IReadOnlyList<ConstraintPrompt> Of(IReadOnlyList<JsonLine> records, Func<JsonLine, bool>? which = null)
    {
        List<ConstraintPrompt> prompts = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        for (int unit = 0; unit < records.Count; unit++)
        {
            JsonLine record = records[unit];
            if (which?.Invoke(record) == false)
                continue;
            string id = ResponseFile.IdOrNull(record) ?? record.Line.ToString(CultureInfo.InvariantCulture);
            if (!lines.TryAdd(id, record.Line))
                throw record.Error(
                    $"'id' \"{id}\" stands on line {lines[id]} too; expected one for each record (a record "
                        + "without one takes its line number)");
            prompts.AddRange(IsQuad(record) ? Two(record, id, unit) : [One(record, id, unit)]);
        }

        return prompts;
    }

    private static bool IsQuad(JsonLine record) => QuadFileCheck.Keys.Any(record.Has);

    private static ConstraintPrompt One(JsonLine record, string id, int unit)
    {
        if (!record.Has("constraints"))
            throw record.Error($"the record states no constraints; {Expected}");
        JsonElement list = record.Value("constraints");
        if (list.ValueKind != JsonValueKind.Array)
            throw record.Error(
                $"'constraints' is {JsonErrors.NameOf(list.ValueKind)}, expected a list of constraints {{\"sort\", "
                    + $"\"part\", \"arguments\", \"text\"}}");
        StatedConstraint[] constraints = new StatedConstraint[list.GetArrayLength()];
        for (int i = 0; i < constraints.Length; i++)
        {
            try
            {
                constraints[i] = ConstraintJson.Read(list[i]);
            }
            catch (ConstraintException e)
            {
                throw record.Error($"constraints[{i}]: {e.Message}");
            }
        }

        return new ConstraintPrompt(record.Text("prompt"), constraints) { Id = id, Unit = unit, Line = record.Line };
    }

    private static ConstraintPrompt[] Two(JsonLine record, string id, int unit)
    {
        Quad quad;
        try
        {
            quad = QuadJson.Read(record.Record);
        }
        catch (ConstraintException e)
        {
            throw record.Error(e.Message);
        }

        return
        [
            new(quad.X1, [.. quad.Constraints1, .. quad.Unchecked]) { Id = id + "/1", Unit = unit, Line = record.Line,
                Before = quad.Before },
            new(quad.X2, [.. quad.Constraints2, .. quad.Unchecked]) { Id = id + "/2", Unit = unit, Line = record.Line,
                Before = quad.Before },
        ];
    }
}

/// <summary>An instruction with the constraints that it states.</summary>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Constraints">In the order in which it states them; those that only a reader can judge may be among them.</param>
public sealed record ConstraintPrompt(string Prompt, IReadOnlyList<StatedConstraint> Constraints)
{
    /// <summary>What a file of responses calls it; null: its number, from 1.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// What the bootstrap draws: prompts of one unit belong together (the two of a quad), and stand one behind the other; null: its index,
    /// so that it stands alone.
    /// </summary>
    public int? Unit { get; init; }

    /// <summary>1-based line of the file that states it; 0: no file does.</summary>
    public int Line { get; init; }

    /// <summary>The turns before the prompt.</summary>
    public IReadOnlyList<Message> Before { get; init; } = [];
}
