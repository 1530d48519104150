/**
 * Blocks of text as the body of an answer, made no faster than they are taken. The first is made before this resolves, so that a
 * question that cannot be answered is refused instead of breaking off; whoever goes away ends the making.
 */
export async function streamText(blocks: AsyncGenerator<string, void>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next = await blocks.next();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = await blocks.next();
    },
    async cancel() {
      await blocks.return();
    },
  });
}
