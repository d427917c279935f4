/** Games in which players may talk, and the games without talk that they are made of. */
import type { Game } from "../game.ts";

/** The game `id` with the rules of `game`, in which players may talk. It is not walkable: exact values leave talk out. */
export const talking = <S>(game: Game<S>, id: string): Game<S> => ({
  ...game,
  id,
  title: `${game.title}, with talk`,
  walkable: false,
  withoutTalk: game,
});

/** The game whose states are walked and which players that cannot read play; itself if nobody talks. */
export const withoutTalk = (game: Game): Game => game.withoutTalk ?? game;

/** Why a game that is not walkable has no exact values. */
export const whyNotExact = ({ id, withoutTalk }: Game): string =>
  withoutTalk
    ? `players talk in ${id}, and exact values leave talk out; ${withoutTalk.id} is the same game without`
    : `${id} has too many states to walk`;
