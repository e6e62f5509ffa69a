using System.Globalization;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Models;

namespace TraceFast.Tokenization.Loading;

/// <summary>Reads <c>model.vocab</c> of a BPE model from the file's bytes.</summary>
internal static class VocabularyReader
{
    /// <summary>The vocabulary: token to id, ids distinct and non-negative.</summary>
    /// <exception cref="InputException">A wrong type, an id that is not a whole number from 0 to 2^31 - 1, or a token or an id given
    /// twice.</exception>
    public static Vocabulary Read(TokenizerFile file)
    {
        ReadOnlySpan<byte> bytes = file.ModelBytes("vocab");
        Utf8JsonReader reader = new(bytes);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw file.Error("model.vocab", JsonErrors.Describe(ref reader), "an object of token: id");
        Vocabulary vocabulary = new(bytes.Length / 32);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string token = Token(ref reader, file, "model.vocab");
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0)
                throw file.Error(Member(token), JsonErrors.Describe(ref reader), "a token id, a whole number from 0 to 2147483647");
            if (!vocabulary.TryAdd(token, id))
            {
                throw file.Error(Member(token), vocabulary.Id(token) is { } before
                    ? string.Create(CultureInfo.InvariantCulture, $"the token a second time (first with id {before})")
                    : string.Create(CultureInfo.InvariantCulture, $"id {id}, which \"{vocabulary.Token(id)}\" has too"),
                    "one id for each token");
            }
        }
        return vocabulary;
    }

    /// <summary>The reader's string or member name.</summary>
    /// <exception cref="InputException">It is no valid Unicode.</exception>
    public static string Token(ref Utf8JsonReader reader, TokenizerFile file, string place)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{file.Path}: '{place}': found a token or key that is no valid Unicode, expected text", e);
        }
    }

    private static string Member(string token) => $"model.vocab[\"{(token.Length <= 60 ? token : token[..60] + "...")}\"]";
}
