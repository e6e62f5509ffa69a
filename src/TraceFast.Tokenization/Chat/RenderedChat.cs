namespace TraceFast.Tokenization;

/// <summary>A conversation as text and as token ids.</summary>
/// <param name="Rendered">the text, control tokens spelled out</param>
/// <param name="Ids">its token ids</param>
public sealed record RenderedChat(string Rendered, int[] Ids);
