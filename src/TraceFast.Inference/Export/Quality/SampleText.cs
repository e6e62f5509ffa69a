using TraceFast.Tokenization;

namespace TraceFast.Inference.Export.Quality;

/// <summary>Text as token ids: what ships with the program for rounding weights and for measuring exports, or a user's own.</summary>
internal static class SampleText
{
    /// <summary>Tokens of a window; each begins at position 0.</summary>
    public const int Window = 512;

    /// <summary>Shipped: what exports are measured on. Not used for anything else.</summary>
    public static string Measured => Shipped("measured.txt");

    /// <summary>Shipped: what rounding makes up its errors by.</summary>
    public static string Calibration => Shipped("calibration.txt");

    /// <summary>A user's file, UTF-8.</summary>
    /// <exception cref="InputException">Absent, or empty.</exception>
    public static string Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; expected a text file in UTF-8 for calibration");
        string text = File.ReadAllText(path);
        return string.IsNullOrWhiteSpace(text) ? throw new InputException($"{path}: is empty; expected text for calibration") : text;
    }

    /// <summary>The text in windows of tokens; null where the model has no tokenizer, or one whose ids the model does not have.</summary>
    /// <param name="vocabulary">Ids below this are the model's.</param>
    /// <param name="context">Positions that the model has.</param>
    public static IReadOnlyList<int[]>? Windows(string text, string modelFolder, int vocabulary, int context)
    {
        if (!Tokenizer.IsIn(modelFolder))
            return null;
        int[] ids = Tokenizer.Load(modelFolder).Encode(text);
        if (Array.Exists(ids, id => id >= vocabulary))
            return null;
        // A window of one token predicts nothing.
        int[][] windows = [.. ids.Chunk(Math.Min(Window, context)).Where(w => w.Length > 1)];
        return windows.Length == 0 ? null : windows;
    }

    private static string Shipped(string name)
    {
        using StreamReader reader = new(typeof(SampleText).Assembly.GetManifestResourceStream($"Quality/{name}")!);
        return reader.ReadToEnd();
    }
}
