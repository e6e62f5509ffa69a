using System.Text.Json;
using TraceFast.Constraints;

namespace TraceFast.Evaluation;

/// <summary>One scored response.</summary>
public abstract record RecordResult
{
    /// <summary>1-based line of the file.</summary>
    public required int Line { get; init; }

    public required string Prompt { get; init; }

    public required string Response { get; init; }

    /// <summary>Each constraint of the record, in its order.</summary>
    public required IReadOnlyList<ConstraintResult> Constraints { get; init; }

    /// <summary>Writes the properties of the record's line in <c>--per-record</c>; the object is begun and ended by the caller.</summary>
    public abstract void WriteTo(Utf8JsonWriter json);
}

/// <summary>What became of one constraint.</summary>
/// <param name="Kind">The benchmark's name of its kind: "length_constraints:number_words", a TRACE kind ...</param>
/// <param name="Text">What was asked for, in words.</param>
/// <param name="Outcome"><see cref="Outcome.NeedsJudge"/>: undecided; never counted as obeyed.</param>
/// <param name="Reason">What was found, in English.</param>
/// <param name="Places">Where in the response it shows, in ascending order, in UTF-16 units; empty: the whole response.</param>
public sealed record ConstraintResult(string Kind, string Text, Outcome Outcome, string Reason, IReadOnlyList<TextSpan> Places);

/// <summary>A line that could not be scored; it stands in the records so that their order is the file's.</summary>
public sealed record UnscoredRecord : RecordResult
{
    /// <summary>With file and line.</summary>
    public required string Error { get; init; }

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNull("strict");
        json.WriteNull("loose");
        json.WriteString("error", Error);
    }
}

/// <summary>What files call an outcome.</summary>
public static class OutcomeNames
{
    /// <summary>"obeyed", "violated" or "undecided".</summary>
    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Obeyed => "obeyed",
        Outcome.Violated => "violated",
        _ => "undecided",
    };
}
