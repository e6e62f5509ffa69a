using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Evaluation.IfEval;

/// <summary>What <c>--per-record</c> wrote for IFEval: each line's strict and loose flags, without prompts and instructions. Enough to compare two runs.</summary>
public static class IfEvalFlagFile
{
    /// <summary>The flags' result, without breakdowns; null where the file's first line has no flags, or a response beside them.</summary>
    /// <exception cref="InputException">A later line has none, or they are no list of booleans; names file and line.</exception>
    public static BenchResult? TryRead(string path)
    {
        if (JsonLines.Read(path).FirstOrDefault() is not { } first || !first.Has("strict") || first.Has("response"))
            return null;
        return IfEvalMetrics.Of([.. JsonLines.Read(path).Select(Read)]);
    }

    private static IfEvalRecord Read(JsonLine line)
    {
        bool[] strict = Flags(line, "strict"), loose = Flags(line, "loose");
        if (strict.Length != loose.Length)
            throw line.Error($"{strict.Length} strict but {loose.Length} loose flags");
        return new IfEvalRecord { Line = line.Line, Prompt = "", Response = "", Constraints = [], Strict = strict, Loose = loose };
    }

    private static bool[] Flags(JsonLine line, string key)
    {
        JsonElement value = line.Value(key);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 || value.EnumerateArray().Any(f => f.ValueKind is not (JsonValueKind.True or JsonValueKind.False)))
            throw line.Error($"'{key}' is {value.GetRawText()}; a list of true and false is expected");
        return [.. value.EnumerateArray().Select(f => f.GetBoolean())];
    }
}
