using TraceFast.Data.Files;

namespace TraceFast.Inference.Generation;

/// <summary>
/// The rows that ranks write each into a file of its own beside the output, OUTPUT.rankN, until the run is done: then the output has all
/// rows, in the order of the prompts, and the files are gone. What a stopped run has left is taken into the output by the next, on however
/// many ranks.
/// </summary>
internal static class ResponseParts
{
    public static string PathFor(string output, int rank) => string.Create(CultureInfo.InvariantCulture, $"{output}.rank{rank}");

    /// <summary>Removes what an earlier run has left.</summary>
    public static void Delete(string output)
    {
        foreach (string part in Of(output))
            File.Delete(part);
    }

    /// <summary>Appends the rows of all parts to the output, those that it does not have, and removes the parts.</summary>
    /// <param name="whole">The output, opened.</param>
    public static void Absorb(string output, ResponseFile whole)
    {
        string[] parts = Of(output);
        foreach (string part in parts)
            using (ResponseFile left = ResponseFile.Open(part)) // cuts an incomplete last line off
                foreach ((string id, string row) in Rows(part))
                    whole.Write(id, row);
        foreach (string part in parts)
            File.Delete(part);
    }

    /// <summary>Writes the output again with its rows in the order of <paramref name="ids"/>.</summary>
    /// <returns>How many have no row.</returns>
    public static int Sort(string output, IEnumerable<string> ids)
    {
        int missing = 0;
        Dictionary<string, string> rows = Rows(output).ToDictionary(r => r.Id, r => r.Row, StringComparer.Ordinal);
        AtomicFile.Write(output, file =>
        {
            using StreamWriter writer = new(file, leaveOpen: true) { NewLine = "\n" };
            foreach (string id in ids)
                if (rows.TryGetValue(id, out string? row))
                    writer.WriteLine(row);
                else
                    missing++;
        });
        return missing;
    }

    // Every row is one line.
    private static IEnumerable<(string Id, string Row)> Rows(string path) => new FileInfo(path).Length == 0
        ? []
        : JsonLines.Read(path).Zip(File.ReadLines(path)).Select(r => (r.First.IdentifierOrNull("id")!, r.Second));

    private static string[] Of(string output)
    {
        string path = Path.GetFullPath(output), folder = Path.GetDirectoryName(path)!, name = Path.GetFileName(path) + ".rank";
        return !Directory.Exists(folder) ? [] : [.. Directory.GetFiles(folder, name + "*")
            .Where(f => int.TryParse(Path.GetFileName(f)[name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Order(StringComparer.Ordinal)];
    }
}
