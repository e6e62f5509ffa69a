namespace TraceFast.Tokenization.Tests;

/// <summary>
/// The Hugging Face library itself (tokenizers 0.22.2 in Rust, by the package Tokenizers.DotNet). It always post-processes, and leaves
/// special tokens out of decoded text.
/// </summary>
internal sealed class RustLibrary(string tokenizerJson) : IDisposable
{
    private readonly Tokenizers.DotNet.Tokenizer _tokenizer = new(tokenizerJson);

    public int[] Encode(string text) => Array.ConvertAll(_tokenizer.Encode(text), id => (int)id);

    public string Decode(int[] ids) => _tokenizer.Decode(Array.ConvertAll(ids, id => (uint)id));

    public void Dispose() => _tokenizer.Dispose();

    /// <summary>Compares ids and decoded text, text by text.</summary>
    /// <returns>The differences; empty where all is equal.</returns>
    public List<string> Differences(Tokenizer own, IEnumerable<string> texts)
    {
        List<string> wrong = new();
        foreach (string text in texts)
        {
            int[] expected = Encode(text);
            int[] found = own.Encode(text, addSpecialTokens: true);
            if (!expected.AsSpan().SequenceEqual(found))
                wrong.Add($"{Quote(text)}: expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
            else
                wrong.AddRange(DecodingDifferences(own, [expected]));
        }
        return wrong;
    }

    /// <summary>Compares the texts of random ids.</summary>
    public List<string> DecodingDifferences(Tokenizer own, IEnumerable<int[]> sequences) =>
    [
        .. from ids in sequences
           let expected = Decode(ids)
           let found = own.Decode(ids, skipSpecial: true)
           where expected != found
           select $"{string.Join(' ', ids)}: expected {Quote(expected)}, found {Quote(found)}",
    ];

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
